"""Every word of the page's own, in each language of the interface.

A :class:`Texts` has a field for each; a language is complete or it cannot be built. ``{name}`` in a text is filled in
by whoever shows it. What comes from documents, and what the service says about an error, is not translated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Counted(NamedTuple):
    """A phrase with a number in it: ``{count}``."""

    one: str
    other: str

    def of(self, count: int) -> str:
        """The phrase for this many."""
        return (self.one if count == 1 else self.other).format(count=f"{count:,}")


class Confidence(NamedTuple):
    """What a confidence is called, from the highest down."""

    very_likely: str
    likely: str
    possible: str
    unsure: str

    def of(self, confidence: float) -> str:
        """The words for a confidence in [0, 1]."""
        limits = ((0.9, self.very_likely), (0.7, self.likely), (0.5, self.possible))
        return next((words for least, words in limits if confidence >= least), self.unsure)


@dataclass(frozen=True, slots=True)
class Texts:
    """The interface in one language."""

    language: str
    """Its code, which is also the first part of its page's path."""
    name: str
    """What its speakers call it."""

    # The page around the conversation
    tagline: str
    lead: str
    holdings: str
    """With ``{passages}`` and ``{documents}``."""
    passages: Counted
    documents: Counted
    suggestions: str
    interface_language: str
    nothing_indexed: str

    # The question
    question: str
    placeholder: str
    ask: str
    stop: str
    write_first: str
    not_allowed: str
    answering: str

    # How far a question is
    waiting: str
    understanding: str
    understood: str
    searching: str
    found: Counted
    reading: str
    read: str
    progress: str
    stopped: str
    failed: str
    answers_found: Counted
    dropped: str

    # Filters
    filters: str
    filters_active: Counted
    filtered_by: str
    filter_sources: str
    find_source: str
    sources_left_out: Counted
    no_source_fits: str
    filter_language: str
    any_language: str
    updated_from: str
    updated_to: str
    clear_filters: str
    filters_unusable: str
    dates_reversed: str

    # A reply
    not_found: str
    how_sure: str
    """With ``{percent}``."""
    other_words: str
    nearest: str
    other_answers: Counted
    more_passages: Counted
    differ: str
    answered_in: str
    """With ``{seconds}``."""
    share: str
    link_copied: str

    # An answer
    confidence: Confidence
    confidence_meaning: str
    """With ``{percent}``."""
    differs: str
    answer_kinds: Mapping[str, str]
    passage_kinds: Mapping[str, str]
    page: str
    """With ``{page}``."""
    also_in: str
    in_passage: str
    scores: str
    copy: str
    copied: str
    evidence: Mapping[str, str]
    passage_scores: Mapping[str, str]
    stages: Mapping[str, str]
    languages: Mapping[str, str]

    def language_name(self, code: str) -> str:
        """What a language is called; its code where that is not known."""
        return self.languages.get(code, code)


ENGLISH = Texts(
    language="en",
    name="English",
    tagline="Ask your documents",
    lead="Exact answers in their own words, with the place where they stand.",
    holdings="Searches {passages} of {documents}.",
    passages=Counted("{count} passage", "{count} passages"),
    documents=Counted("{count} document", "{count} documents"),
    suggestions="Try one of these",
    interface_language="Language of this page",
    nothing_indexed="Nothing is indexed yet. Stop this server, index a folder of documents, and start it again:",
    question="Your question",
    placeholder="Ask your documents a question",
    ask="Ask",
    stop="Stop",
    write_first="Write a question first.",
    not_allowed="Your key does not allow you to ask questions.",
    answering="Your question is being answered. Wait for it or stop it before you ask the next.",
    waiting="Waiting until others are answered",
    understanding="Understanding the question",
    understood="Question understood",
    searching="Finding passages",
    found=Counted("{count} passage found", "{count} passages found"),
    reading="Reading them for the answer",
    read="Answer",
    progress="Progress",
    stopped="Stopped before there was an answer.",
    failed="The question could not be answered because of an error in the program. The server's log tells more.",
    answers_found=Counted("{count} answer found.", "{count} answers found."),
    dropped="Earlier questions are no longer shown.",
    filters="Filters",
    filters_active=Counted("{count} active", "{count} active"),
    filtered_by="Searched only in",
    filter_sources="Documents",
    find_source="Find a document by its name",
    sources_left_out=Counted("{count} more is not listed.", "{count} more are not listed."),
    no_source_fits="No document has that in its name.",
    filter_language="Language of the documents",
    any_language="Any language",
    updated_from="Updated from",
    updated_to="Updated until",
    clear_filters="Clear filters",
    filters_unusable="The filters could not be read. Clear them and set them again.",
    dates_reversed="The first date lies after the last one; no document can be between them.",
    not_found="I could not find this in the documents.",
    how_sure="{percent} sure that they do not hold the answer.",
    other_words="Other words for the same thing may help.",
    nearest="Nearest passages",
    other_answers=Counted("{count} other possible answer", "{count} other possible answers"),
    more_passages=Counted("{count} passage from the documents", "{count} passages from the documents"),
    differ="The documents give different answers; compare their sources and dates.",
    answered_in="Answered in {seconds} seconds",
    share="Copy link",
    link_copied="Link copied",
    confidence=Confidence("Very likely", "Likely", "Possible", "Unsure"),
    confidence_meaning="Of the answers at this confidence, about {percent} are right.",
    differs="Differs from another answer",
    answer_kinds={"faq": "From a question and answer list", "passage": "Passage, no exact answer"},
    passage_kinds={"faq": "Question and answer", "table": "Table"},
    page="page {page}",
    also_in="Also stated in",
    in_passage="Show it in the passage",
    scores="Scores",
    copy="Copy",
    copied="Copied",
    evidence={
        "relevance": "Relevance of the passage",
        "span": "Strength of these words",
        "dense": "Nearness in meaning",
        "lexical": "Shared keywords",
        "margin": "Lead over other passages",
        "support": "Passages that state it",
        "faq": "From a question and answer list",
        "codes": "Codes and numbers found",
        "near": "Words of the question nearby",
        "coverage": "Words of the question in the passage",
        "behind": "Behind the passage's best words",
        "fits": "Kind of value fits",
    },
    passage_scores={"relevance": "relevance", "fused": "fused", "dense": "meaning", "lexical": "keywords"},
    stages={
        "understanding": "Understanding the question",
        "embedder": "Embedding the question",
        "lexical": "Analysing its words",
        "retriever": "Searching",
        "ranker": "Ranking passages",
        "reader": "Reading passages",
        "answering": "Composing answers",
        "total": "Total",
    },
    languages={
        "ar": "Arabic", "bg": "Bulgarian", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek",
        "en": "English", "es": "Spanish", "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew",
        "hi": "Hindi", "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean",
        "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
        "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "und": "Not determined",
        "vi": "Vietnamese", "zh": "Chinese",
    },
)  # fmt: skip

CHINESE = Texts(
    language="zh",
    name="中文",
    tagline="向您的文档提问",
    lead="用原文作答，并指出答案所在的位置。",
    holdings="可检索 {documents}中的 {passages}。",
    passages=Counted("{count} 个段落", "{count} 个段落"),
    documents=Counted("{count} 份文档", "{count} 份文档"),
    suggestions="可以这样问",
    interface_language="界面语言",
    nothing_indexed="尚未建立索引。请停止服务，为文档文件夹建立索引，然后重新启动：",
    question="您的问题",
    placeholder="请输入要向文档提出的问题",
    ask="提问",
    stop="停止",
    write_first="请先输入问题。",
    not_allowed="您的密钥没有提问权限。",
    answering="正在回答您的问题。请等待或停止后再提下一个问题。",
    waiting="正在排队，请稍候",
    understanding="正在理解问题",
    understood="已理解问题",
    searching="正在查找段落",
    found=Counted("找到 {count} 个段落", "找到 {count} 个段落"),
    reading="正在阅读并寻找答案",
    read="答案",
    progress="进度",
    stopped="已停止，尚未得到答案。",
    failed="程序出错，无法回答该问题。详情请查看服务器日志。",
    answers_found=Counted("找到 {count} 个答案。", "找到 {count} 个答案。"),
    dropped="更早的问题已不再显示。",
    filters="筛选",
    filters_active=Counted("{count} 项生效", "{count} 项生效"),
    filtered_by="仅检索",
    filter_sources="文档",
    find_source="按名称查找文档",
    sources_left_out=Counted("另有 {count} 份未列出。", "另有 {count} 份未列出。"),
    no_source_fits="没有名称匹配的文档。",
    filter_language="文档语言",
    any_language="任意语言",
    updated_from="更新日期从",
    updated_to="更新日期至",
    clear_filters="清除筛选",
    filters_unusable="无法读取筛选条件。请清除后重新设置。",
    dates_reversed="开始日期晚于结束日期，没有文档符合条件。",
    not_found="在文档中没有找到答案。",
    how_sure="有 {percent} 的把握认为文档中没有答案。",
    other_words="换一种说法也许会有帮助。",
    nearest="最接近的段落",
    other_answers=Counted("另外 {count} 个可能的答案", "另外 {count} 个可能的答案"),
    more_passages=Counted("文档中的 {count} 个段落", "文档中的 {count} 个段落"),
    differ="各文档给出的答案不同，请比较其来源和日期。",
    answered_in="用时 {seconds} 秒",
    share="复制链接",
    link_copied="链接已复制",
    confidence=Confidence("非常可能", "很可能", "可能", "不确定"),
    confidence_meaning="在此置信度下，约 {percent} 的答案是正确的。",
    differs="与另一个答案不同",
    answer_kinds={"faq": "来自问答列表", "passage": "整段内容，没有确切答案"},
    passage_kinds={"faq": "问答", "table": "表格"},
    page="第 {page} 页",
    also_in="以下位置也有说明",
    in_passage="在段落中显示",
    scores="评分",
    copy="复制",
    copied="已复制",
    evidence={
        "relevance": "段落相关度",
        "span": "答案文字的强度",
        "dense": "语义接近度",
        "lexical": "共同关键词",
        "margin": "领先其他段落",
        "support": "说明该答案的段落数",
        "faq": "来自问答列表",
        "codes": "匹配的编号和数字",
        "near": "附近出现的问题用词",
        "coverage": "段落中出现的问题用词",
        "behind": "与段落最佳文字的差距",
        "fits": "数值类型相符",
    },
    passage_scores={"relevance": "相关度", "fused": "综合", "dense": "语义", "lexical": "关键词"},
    stages={
        "understanding": "理解问题",
        "embedder": "问题向量化",
        "lexical": "分析用词",
        "retriever": "检索",
        "ranker": "段落排序",
        "reader": "阅读段落",
        "answering": "整理答案",
        "total": "合计",
    },
    languages={
        "ar": "阿拉伯语", "bg": "保加利亚语", "cs": "捷克语", "da": "丹麦语", "de": "德语", "el": "希腊语",
        "en": "英语", "es": "西班牙语", "fa": "波斯语", "fi": "芬兰语", "fr": "法语", "he": "希伯来语",
        "hi": "印地语", "hu": "匈牙利语", "id": "印度尼西亚语", "it": "意大利语", "ja": "日语", "ko": "韩语",
        "nl": "荷兰语", "no": "挪威语", "pl": "波兰语", "pt": "葡萄牙语", "ro": "罗马尼亚语", "ru": "俄语",
        "sv": "瑞典语", "th": "泰语", "tr": "土耳其语", "uk": "乌克兰语", "und": "未确定",
        "vi": "越南语", "zh": "中文",
    },
)  # fmt: skip

LANGUAGES: Mapping[str, Texts] = {texts.language: texts for texts in (ENGLISH, CHINESE)}
"""By code; the first is what a visitor gets whose browser asks for none of them."""

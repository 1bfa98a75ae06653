"""Chinese, in simplified and traditional signs."""

from components.languages.pack import Asked, Asks, Language, Rules, words
from components.patterns import LazyPattern

_QUESTION_RULES: Rules = (
    ("why", LazyPattern.of(
        r"(?<![称名作成认变视定])为什么|(?<![稱名作成認變視定])為什麼|为何|為何|为啥|什么原因|什麼原因|原因是什|何以",
    )),
    ("date", LazyPattern.of(
        r"什么时候|什麼時候|什么时间|什麼時間|何时|何時|哪一?年|哪一?天|[几幾][月号號日]|[几幾][点點]|多[会會]儿|日期是",
        r"哪个?(?:月|世纪|年代|日子)|哪個?(?:月|世紀|年代|日子)",
    )),
    ("number", LazyPattern.of(r"多少|多[长長久大高远遠重快深宽寬厚热熱冷]|[几幾](?![乎何经經])")),
    ("how-to", LazyPattern.of(
        r"(?:怎么|怎麼|怎样|怎樣|如何)(?:才能|可以|能够|能夠|去|进行|進行|使用|安装|安裝|设置|設置|重置|更换|更換|清洁|清潔)",
        r"(?:怎么|怎麼|怎样|怎樣|如何)(?:打开|打開|关闭|關閉|操作|办|辦|做|处理|處理|申请|申請)|步骤|步驟",
        r"^(?:应该|應該|该|該|要|能)?(?:怎么|怎麼|如何)|我.{0,4}(?:怎么|怎麼|怎样|怎樣|如何)",
    )),
    ("comparison", LazyPattern.of(r"区别|區別|不同|差别|差別|差异|差異|相比|对比|對比|哪个更|哪個更|哪种更|哪種更")),
    ("list", LazyPattern.of(
        r"哪些|有哪[几幾]|哪[几幾][种種个個项項类類步]|列出|包括什|包含什|都有什|分为什|分為什|由什[么麼]组成",
    )),
    ("definition", LazyPattern.of(
        r"^什么是|^什麼是|^何谓|^何謂|什么意思|什麼意思|指的是什么|指的是什麼|的定义|的定義",
        r"^[^的，,]{1,10}是什[么麼][？?]?$|^[^的，,]{1,8}是[谁誰][？?]?$",
    )),
    ("yes-no", LazyPattern.of(
        r"^(?!.*(?:哪|什[么麼]|[谁誰]|多少|怎|还是|還是))(?:.*[吗嗎][？?。]?$"
        r"|.*(?:是否|能不能|可不可以|是不是|有没有|有沒有|会不会|會不會|要不要|能否|可否))",
    )),
)  # fmt: skip

_ASKS_FOR: dict[Asked, Asks] = {
    "weekday": Asks(("星期几",)),
    "year": Asks(("哪一?年",)),
    "century": Asks(("哪个?世纪",)),
    "deadline": Asks(("提前多[久少]", "(?:截止|截至)?到(?:什么时候|何时|哪天)", "截止(?:时间|日期)")),
    "frequency": Asks(("多久",)),
    "warmth": Asks(("多[热熱冷]",)),
    "temperature": Asks(("温度是?多少",)),
    "version": Asks(("哪个版本", "什么版本")),
    "email": Asks(("邮箱(?:地址)?是",)),
    "phone": Asks(("电话号?码?是",)),
}

LANGUAGE = Language(
    code="zh",
    spaced=False,
    question_rules=_QUESTION_RULES,
    question_words=words("什[么麼] 哪 谁 誰 怎 如何 多少 几 吗 嗎 呢 何"),
    asks_for=_ASKS_FOR,
    number_words=tuple("一二三四五六七八九十百千万两半"),
    weekdays=("(?:星期|周)[一二三四五六日天]",),
    units={
        "time": words("秒 分钟 分鐘 小时 小時 个小时 天 日 周 星期 个月 個月 月 年"),
        "temperature": ("度", "摄氏"),
        "hour": ("点",),
        "money": ("元", "欧元"),
    },
    values={
        "length": ("米", "公里", "厘米"),
        "year": ("年",),
        "named time": ("年", "月", "日"),
        "century": ("世纪",),
        "frequency": ("次",),
    },
    currencies={"eur": ("欧元",), "usd": ("美元",), "cny": ("人民币", "元")},
    list_marks=(r"第[\d一二三四五六七八九十]{1,3}步[:：、，]?\s*",),
    list_numerals="一二三四五六七八九十",
    numerals="零〇一二三四五六七八九十百千万萬亿億两兩半几幾",
    measures="个個年月日号號天周週小时時刻分秒元角块塊度米公厘毫升克吨噸瓦伏次台臺件人名位岁歲倍折条條张張种種页頁",
    question_columns=("问题", "問題"),
    answer_columns=("答案", "回答"),
    question_openings=(
        r"如何|怎么|怎麼|怎样|怎樣|为什么|為什麼|为何|為何|什么是|什麼是|是否|能否|可否|哪些|哪里|哪裡|谁|誰",
        r"[^。！!]{1,60}(?:吗|嗎|呢|是什么|是什麼|有哪些|怎么办|怎麼辦|是多少|为什么|為什麼|如何处理|如何處理)\Z",
    ),
    question_labels=("问", "問", "问题", "問題"),
    answer_labels=("答", "回答", "答案"),
    faq_names=(r"常见问题|常見問題|常见问答|常見問答|问题解答|問題解答|疑难解答",),
    related_names=(r"相关(?:文章|链接|主题|资源|阅读)|相關(?:文章|連結)|另请参阅|另請參閱|延伸阅读|下一步",),
)

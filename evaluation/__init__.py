"""How good the answers are: labelled questions, metrics, and the experiments that join them."""

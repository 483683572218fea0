"""The marker of every English sentence in this package that a reader of the pages will see."""


def _(message: str) -> str:
    """Return ``message`` as it is; its only purpose is that the extraction of translations finds it.

    The law speaks English here and knows nothing of languages. Whoever shows a sentence translates it.
    """
    return message

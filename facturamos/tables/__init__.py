"""Reading what people and banks write in tables: text of any kind, and sheets. Knows no app."""


class UnreadableFileError(ValueError):
    """The file cannot be read. Its message says, in Spanish, what to do."""

from accounts.management.load_command import LoadCommand


class Command(LoadCommand):
    help = (
        "Loads quotes, one product a line, known by the RFC of their customer: all of them, or "
        "nothing and every problem by its line. The same table again changes nothing. "
        "docs/loading.md has the columns."
    )
    kind = "quotes"

from accounts.management.load_command import LoadCommand


class Command(LoadCommand):
    help = (
        "Loads customers, one a line, known by their RFC: all of them, or "
        "nothing and every problem by its line. The same table again changes nothing. "
        "docs/loading.md has the columns."
    )
    kind = "customers"

"""How passwords are stored."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2idHasher(Argon2PasswordHasher):
    """Argon2id with the parameters of OWASP's password storage sheet (19 MiB, t=2, p=1).

    Django's own (100 MiB, eight threads) cost five times the time and memory: on two cores a
    handful of people signing in at once would hold the portal for everyone else.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

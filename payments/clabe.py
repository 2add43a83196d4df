"""The two rules a bank account must pass before money is sent to it. Knows no database."""

from typing import Final

LENGTH: Final = 18
# ABM's rule: each digit times 3, 7, 1, 3, 7, 1 …, only the last digit of each product counts.
_WEIGHTS: Final = (3, 7, 1)
BBVA: Final = "012"


class ClabeError(ValueError):
    """The CLABE, or the account beside it, is wrong. Its message is for who typed it."""


def check_digit(first_17: str) -> int:
    """The eighteenth digit of a CLABE, from the seventeen before it."""
    products = (int(digit) * _WEIGHTS[i % 3] % 10 for i, digit in enumerate(first_17))
    return -sum(products) % 10


def check_clabe(clabe: str) -> None:
    """Raises ClabeError unless it has 18 digits and the right check digit."""
    if len(clabe) != LENGTH or not (clabe.isascii() and clabe.isdecimal()):
        raise ClabeError("La CLABE lleva 18 dígitos, sin espacios ni guiones.")
    if int(clabe[-1]) != check_digit(clabe[:-1]):
        raise ClabeError(
            "La CLABE no es correcta: su dígito de control no coincide. "
            "Cópiela de nuevo del contrato o de la banca en línea."
        )


def check_account(clabe: str, account: str) -> None:
    """Raises ClabeError when the account is not the one the CLABE holds.

    At BBVA (bank 012) the ten digits of the account are digits 8 to 17 of the CLABE; other banks
    have rules of their own, and pass.
    """
    if clabe.startswith(BBVA) and account != clabe[7:17]:
        raise ClabeError(
            "La cuenta no corresponde a la CLABE: en BBVA la cuenta son los dígitos 8 a 17 de la "
            f"CLABE, y ahí dice {clabe[7:17]}."
        )

"""The words that the company may change: what they are, what is in force, how they are written.

`catalogue.py` names each text with the words that it has until somebody publishes others; rows of
`facturamos.TextVersion` hold what was published; `in_force.py` reads them, once a request.
"""

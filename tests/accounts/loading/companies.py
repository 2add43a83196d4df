"""A table of customers."""

HEADER = ["RFC", "Nombre o razón social", "Distribuidor", "Timbres"]
NORTE = ["FDE150803AB1", "Ferretería del Norte", "Distribuidora Uno", "1,419"]
ANA = ["PEDA800101AB3", "Ana Pérez", "", ""]

"""Other names of the elements, and words that must not be taken for one. Data, no logic."""

from __future__ import annotations

ALIASES = {
    "aluminium": "Al",
    "alumnium": "Al",
    "caesium": "Cs",
    "sulphur": "S",
    "wolfram": "W",
    "natrium": "Na",
    "kalium": "K",
    "ferrum": "Fe",
    "aurum": "Au",
    "argentum": "Ag",
    "plumbum": "Pb",
    "stannum": "Sn",
    "cuprum": "Cu",
    "stibium": "Sb",
    "hydrargyrum": "Hg",
    "quicksilver": "Hg",
    "niobium columbium": "Nb",
    "columbium": "Nb",
    "glucinium": "Be",
    "phosphorous": "P",
    "flourine": "F",
    "florine": "F",
    "clorine": "Cl",
    "berilium": "Be",
    "beryllum": "Be",
    "silicium": "Si",
    "magnesium metal": "Mg",
    "mangenese": "Mn",
    "moscowium": "Mc",
}
"""Name → symbol."""

LOWER_SYMBOLS = frozenset("Fe Cu Ag Au Hg Pb Sn Zn Mg Na Cl Li Kr Rb Sr Zr Nb Rh Pd Sb Xe Cs Hf Tl Rn".split())
"""Symbols that are no word in any case, so "fe" and "FE" mean iron too."""

WORD_SYMBOLS = frozenset("In As At He I No Be Am Os La Mo Re Pa".split())
"""Symbols that are also words or abbreviations when capitalised; the place in the sentence must tell."""

_NO_TYPOS = """
chloride bromide iodide fluoride silicone silicate silica boride boronic carbide carbonic carbonate hydride nitride
nitrate oxide sulfide sulfate sulphide sulphate phosphate phosphide selenide telluride arsenide borane argot boson
photon proton neutron electron muon quark golden leaded irony tint calcite zircon zirconia alumina titania ceria
yttria magnesia lithia potash soda brass bronze steel water diamond graphite graphene ammonia methane ethanol
benzene salt sugar planet cooper platform germany gallon indigo polonia thorax uranus neptune pluto mercurial europe
europa france american california berkeley titan titans titanic cobalamin nickelback radiation radian radius radial
white black brown green yellow pink purple orange
chlorin chlorite hydrogel bromate iodate arsenite
rankine reaumur rhodes iridescent osmosis
copernicus tennessee california californian californica tantalus prometheus niobe ceres pallas selene tellus thor
thule scandia strontian ytterby lutetia lutece gallia gallic germanic germanicus germanicum polonius polish francis
francia indian einstein fermi nobel curie rutherford bohr meitner roentgen mendeleev lawrence dubna livermore moscow
moskva darmstadt hesse hassia rhenish rhine cyprus cuprite hafen helios chromite chrome chroma argonaut xenia
zincite nickelodeon cobold cadmus barite titanic thorn thorax palladian palladio iris
kryptonite vibranium adamantium unobtainium unobtanium mithril dilithium octiron tritanium duranium latinum bolonium
carbonite beskar orichalcum naquadah naquadria trinium tiberium eridium elerium eternium jumbonium neutronium cavorite
saronite trellium iridite uridium plutium lutonium argonite chronium valyrium kriptonite bavarium etherium aetherium
"""
NO_TYPOS = frozenset(_NO_TYPOS.split())
"""Words that stand for themselves, however near to the name of an element."""

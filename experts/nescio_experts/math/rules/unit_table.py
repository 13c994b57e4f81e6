"""Units by name, with exact factors to the base unit of their dimension. Definitions, not measurements.

International yard and pound (1959), SI, and the US customary measures of volume; a name that means different things in
different places (ton, hundredweight) is missing on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: value in base units = number × factor + offset.

    Attributes:
        name: As shown after a number, plural.
        dimension: What it measures.
        factor: Base units in one of it, exact.
        offset: For temperatures.
    """

    name: str
    dimension: str
    factor: Fraction
    offset: Fraction = Fraction(0)


_ROWS = """
length | kilometres | 1000 | km kms kilometre kilometres kilometer kilometers
length | metres | 1 | m metre metres meter meters
length | decimetres | 0.1 | dm decimetre decimetres decimeter decimeters
length | centimetres | 0.01 | cm cms centimetre centimetres centimeter centimeters
length | millimetres | 0.001 | mm millimetre millimetres millimeter millimeters
length | micrometres | 0.000001 | micrometre micrometres micrometer micrometers micron microns um
length | nanometres | 0.000000001 | nm nanometre nanometres nanometer nanometers
length | miles | 1609.344 | mi mile miles
length | yards | 0.9144 | yd yds yard yards
length | feet | 0.3048 | ft foot feet
length | inches | 0.0254 | in inch inches
length | nautical miles | 1852 | nautical_mile nautical_miles nmi
length | furlongs | 201.168 | furlong furlongs
length | fathoms | 1.8288 | fathom fathoms
length | light-years | 9460730472580800 | light_year light_years lightyear lightyears
length | astronomical units | 149597870700 | au astronomical_unit astronomical_units
mass | tonnes | 1000000 | tonne tonnes metric_ton metric_tons
mass | kilograms | 1000 | kg kgs kilo kilos kilogram kilograms kilogramme kilogrammes
mass | grams | 1 | g gr gram grams gramme grammes
mass | milligrams | 0.001 | mg milligram milligrams
mass | micrograms | 0.000001 | microgram micrograms mcg
mass | pounds | 453.59237 | lb lbs pound pounds
mass | ounces | 28.349523125 | oz ounce ounces
mass | stone | 6350.29318 | st stone stones
mass | short tons | 907184.74 | short_ton short_tons us_ton us_tons
mass | long tons | 1016046.9088 | long_ton long_tons imperial_ton imperial_tons
mass | carats | 0.2 | carat carats
mass | grains | 0.06479891 | grain grains
mass | troy ounces | 31.1034768 | troy_ounce troy_ounces
volume | litres | 1 | l litre litres liter liters
volume | decilitres | 0.1 | dl decilitre decilitres deciliter deciliters
volume | centilitres | 0.01 | cl centilitre centilitres centiliter centiliters
volume | millilitres | 0.001 | ml mls millilitre millilitres milliliter milliliters
volume | cubic metres | 1000 | m^3 cubic_m cubic_metre cubic_metres cubic_meter cubic_meters m3
volume | cubic centimetres | 0.001 | cm^3 cc ccs cubic_cm cubic_centimetre cubic_centimetres cubic_centimeter cubic_centimeters cm3
volume | cubic millimetres | 0.000001 | mm^3 cubic_mm cubic_millimetres cubic_millimeters
volume | cubic decimetres | 1 | dm^3 cubic_dm cubic_decimetres cubic_decimeters
volume | cubic inches | 0.016387064 | in^3 cubic_inch cubic_inches
volume | cubic feet | 28.316846592 | ft^3 cubic_foot cubic_feet cubic_ft
volume | cubic yards | 764.554857984 | yd^3 cubic_yard cubic_yards
volume | US gallons | 3.785411784 | gallon gallons gal gals us_gallon us_gallons
volume | imperial gallons | 4.54609 | imperial_gallon imperial_gallons uk_gallon uk_gallons
volume | US quarts | 0.946352946 | quart quarts qt qts us_quart us_quarts
volume | US pints | 0.473176473 | pint pints pt us_pint us_pints
volume | imperial pints | 0.56826125 | imperial_pint imperial_pints uk_pint uk_pints
volume | US cups | 0.2365882365 | cup cups us_cup us_cups
volume | US fluid ounces | 0.0295735295625 | fluid_ounce fluid_ounces fl_oz us_fluid_ounce us_fluid_ounces
volume | US tablespoons | 0.01478676478125 | tablespoon tablespoons tbsp tbsps
volume | US teaspoons | 0.00492892159375 | teaspoon teaspoons tsp tsps
volume | oil barrels | 158.987294928 | barrel_of_oil barrels_of_oil oil_barrel oil_barrels
time | nanoseconds | 0.000000001 | nanosecond nanoseconds
time | microseconds | 0.000001 | microsecond microseconds
time | milliseconds | 0.001 | ms millisecond milliseconds
time | seconds | 1 | s sec secs second seconds
time | minutes | 60 | min mins minute minutes
time | hours | 3600 | h hr hrs hour hours
time | days | 86400 | d day days
time | weeks | 604800 | wk wks week weeks
time | fortnights | 1209600 | fortnight fortnights
months | months | 1 | month months
months | years | 12 | year years yr yrs
months | decades | 120 | decade decades
months | centuries | 1200 | century centuries
months | millennia | 12000 | millennium millennia millenniums
temperature | °C | 1 | c celsius °c degrees_celsius degree_celsius degrees_c degrees_centigrade centigrade deg_c
temperature | °F | 5/9 | f fahrenheit °f degrees_fahrenheit degree_fahrenheit degrees_f deg_f
temperature | K | 1 | k kelvin kelvins degrees_kelvin
area | square kilometres | 1000000 | km^2 square_km sq_km square_kilometre square_kilometres square_kilometer square_kilometers km2
area | hectares | 10000 | ha hectare hectares
area | ares | 100 | are ares
area | square metres | 1 | m^2 square_m sq_m square_metre square_metres square_meter square_meters m2
area | square centimetres | 0.0001 | cm^2 square_cm sq_cm square_centimetre square_centimetres square_centimeter square_centimeters cm2
area | square millimetres | 0.000001 | mm^2 square_mm sq_mm square_millimetres square_millimeters
area | square miles | 2589988.110336 | mi^2 square_mile square_miles sq_mi sq_miles sq_mile
area | acres | 4046.8564224 | acre acres
area | square yards | 0.83612736 | yd^2 square_yard square_yards sq_yd sq_yards
area | square feet | 0.09290304 | ft^2 square_foot square_feet sq_ft sqft sq_feet
area | square inches | 0.00064516 | in^2 square_inch square_inches sq_in sq_inches
speed | km/h | 5/18 | km/h kph kmh km_per_hour kilometres_per_hour kilometers_per_hour kilometre_per_hour kmph
speed | mph | 0.44704 | mph miles_per_hour mi/h mile_per_hour
speed | m/s | 1 | m/s metres_per_second meters_per_second metre_per_second meter_per_second mps
speed | knots | 463/900 | knot knots kn kt kts
speed | ft/s | 0.3048 | ft/s feet_per_second fps foot_per_second
speed | km/s | 1000 | km/s kilometres_per_second kilometers_per_second
speed | m/min | 1/60 | m/min metres_per_minute meters_per_minute
data | bits | 1 | bit bits
data | bytes | 8 | byte bytes
data | kilobytes | 8000 | kb kilobyte kilobytes
data | megabytes | 8000000 | mb megabyte megabytes
data | gigabytes | 8000000000 | gb gigabyte gigabytes
data | terabytes | 8000000000000 | tb terabyte terabytes
data | petabytes | 8000000000000000 | pb petabyte petabytes
data | kilobits | 1000 | kilobit kilobits kbit
data | megabits | 1000000 | megabit megabits mbit
data | gigabits | 1000000000 | gigabit gigabits gbit
data | kibibytes | 8192 | kib kibibyte kibibytes
data | mebibytes | 8388608 | mib mebibyte mebibytes
data | gibibytes | 8589934592 | gib gibibyte gibibytes
energy | joules | 1 | j joule joules
energy | kilojoules | 1000 | kj kilojoule kilojoules
energy | megajoules | 1000000 | mj megajoule megajoules
energy | calories | 4.184 | cal calorie calories
energy | kilocalories | 4184 | kcal kilocalorie kilocalories
energy | watt-hours | 3600 | wh watt_hour watt_hours
energy | kilowatt-hours | 3600000 | kwh kilowatt_hour kilowatt_hours
power | watts | 1 | w watt watts
power | kilowatts | 1000 | kw kilowatt kilowatts
power | megawatts | 1000000 | mw megawatt megawatts
pressure | pascals | 1 | pa pascal pascals
pressure | hectopascals | 100 | hpa hectopascal hectopascals
pressure | kilopascals | 1000 | kpa kilopascal kilopascals
pressure | bar | 100000 | bar bars
pressure | millibars | 100 | mbar millibar millibars
pressure | atmospheres | 101325 | atm atmosphere atmospheres
count | items | 1 | item items unit units egg eggs
count | dozen | 12 | dozens
count | gross | 144 | gross
angle | full turns | 360 | turn turns full_turn full_turns revolution revolutions
angle | degrees | 1 | degree degrees deg
angle | arc minutes | 1/60 | arcminute arcminutes arc_minute arc_minutes
angle | right angles | 90 | right_angle right_angles
frequency | hertz | 1 | hz hertz
frequency | kilohertz | 1000 | khz kilohertz
frequency | megahertz | 1000000 | mhz megahertz
frequency | gigahertz | 1000000000 | ghz gigahertz
dollars | dollars | 1 | dollar dollars
dollars | cents | 0.01 | cent cents
dollars | quarters | 0.25 | quarters
dollars | dimes | 0.1 | dime dimes
dollars | nickels | 0.05 | nickel nickels
"""
_OFFSETS = {"°C": Fraction("273.15"), "°F": Fraction("459.67") * Fraction(5, 9)}


def _table() -> dict[str, Unit]:
    table: dict[str, Unit] = {}
    for row in _ROWS.strip().splitlines():
        dimension, name, factor, names = (cell.strip() for cell in row.split("|"))
        unit = Unit(name, dimension, Fraction(factor), _OFFSETS.get(name, Fraction(0)))
        table |= {alias.replace("_", " "): unit for alias in names.split()}
    return table


UNITS = _table()
"""Every name in lower case, blanks inside, to its unit."""

FLUID = {"ounces": UNITS["fluid ounces"]}
"""Names that mean something else beside a volume."""

PER_DAY = {"days": Fraction(365), "hours": Fraction(8760), "minutes": Fraction(525600), "seconds": Fraction(31536000)}
"""A common year in other units of time."""

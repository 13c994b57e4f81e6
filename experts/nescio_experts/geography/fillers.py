"""Words that carry no demand in a question about countries: politeness, purpose ("homework", "trip"), being somewhere.

A word belongs here only if a question that has it asks for the same fact as one that has not.
"""

from __future__ import annotations

from typing import Final

from nescio_experts.grounded import FILLERS

_MORE = """
abroad act acting acts actual actualy address adore advice advise afternoon aggregate ahead ai airport aka all
allegedly almost along alright always am amid among amongst amount answer answers anyhow anymore anyways apparently
application applying appreciate appreciated approx approximate approximately approximates argue arguing argument
around arrive arrives arriving article asap asks assistant associate associated assume assuming atlas aunt background
backpack backpacking based basic basically because begin beginner beginning beginnings begins believe bet bets big bit
blank blog boss bot bought bread breakfast briefly bring brings bro brother buddy buy buying buys cab calculate call
called calls carry carrying certainly chapter chatting checklist cheerio cheers chief choose citation cite cited
cities claim claimed claims class classroom clearly client clients clue coffee colleague colleagues column combination
combined come coming common commonly compare compared compares comparing comparison competition complete completely
compute computer concerning conference confirm confirmed confirming confused considered considering consist contain
contains contemporary contest context correctly count counting country couple cousin coworker crossword cruise
curiosity curious current customer customs d dad daily data database dataset daughter day days deal dealing debate
decide deets definitely desk detail details determine different dinner discussing discussion dissertation doing
domestic doublecheck dude dummies eager earth easy eh else email emigrate emigrating encompass encompasses encounter
encyclopedia end enquire enquiry entire entirely entries entry enumerate envelope especially essay estimate estimated
even evening every everybody everyday everyone exactly exam example exams exchange exist existent existing exists
expat expats expect expert explain father feature featured figure figures file fill final find first flashcard
flashcards flatmate flight fly flying folder folks following footnote foreign form formally forms forthcoming found
frankly friday friend friends full fully fun function functioning functions funny game gameshow general generally
genius geographic geographical geographically geography gimme gist given glad going gonna goods government grandma
grandpa grandparents grateful greetings groceries group guess handful handle handling handy hard head heading
headquarters heads hear heard heart held helps hm hold holds holiday home homework honest honestly honeymoon host
hosting hosts hotelier house houses hows husband id idea ideas identify identifying im imagine important includes
including indicate info informally inquire inquiring inquiry inside interested interesting international invoice is
issue issued issues itinerary itself ive jeopardy job journey just keen keep kid kind kinda kindly knew known knows
land landed landing lands large lately latest layover learn learning lecture legally lesson letter lie life list
listed listing lists live lives living ll local locals locate located look looking lot lots love lowdown luggage lunch
lying madam made mail main mainly major majority make makes many map maps mark mate meal meeting member-state mention
modern modern-day modernday mom moment momentarily monday month more morning most mostly mother move moving mum must
name named names naming national nationwide native natively nearly nephew new newbie newcomer newest nice niece
normally notebook noted novel nowadays number numbers obviously off official officially open opposed option options
oracle order ordinary other others ought out ov overall overland overseas own pack package packing page pages pair
paper parcel parents part particular partner pen pen-pal penpal people person pick piece planned planning plans please
pleased pls popularly population possess pray predominant predominantly present presentation presenter presently
primary principal principally print produce prof professor project proper properly proud pupil pupils purchase
purchases puzzle puzzled query quick quickie quote random rank ranked ranking ranks real reality recall recalls recent
recently reckon record recorded refer reference referred relocate relocating remind reply report reportedly request
requesting require required reside resides residing respective respond response restaurant reveal road robot roommate
round row said sake saturday say says school scoop seat see seek seem seems select semester sending sense sentence
serious serve serves serving set settle settled several shall ship shipping shop shopping shops short shorthand
shortly should side simple single sir sister sit sits situated size sized skinny snacks some son soon sort souvenir
souvenirs specific specifically specifics speech spread spreadsheet stamp stamps stand standard standing stands start
starting starts stat statistic statistics stats status stay staying stopover store stored stores story street
struggling stuck student studying stumbling stumped suggest suggestion suitcase sum sunday supposed supposedly
supposing sure surely swap ta table taken taking talking taxi teach teacher teaches team teammate teams technically
teh tend tended tends term terms test textbook thesis think thinks third thousand thursday thx ticket tickets title
today toddler told tonight top topic total tough tour touring transit travel traveling travelling tricky trip trivia
trivial true truly try trying tuesday turn type types typical typically uncle undergrad understand unit unsure
upcoming updated usual usually vacation various verified verify view visit visiting visitor visitors vs wants wat wats
way wednesday wee week weekend weeks welcome well went whatever whats whenever whens whereby wherein wheres wherever
whichever whole whos whts widely wife wind within wonder wondered wondering wonders word words work works worth wot
write writing written wrote year yep youngster your yours
"""
EXTRA_FILLERS: Final = FILLERS | frozenset(_MORE.split())
"""The shared fillers and those of this domain."""
_WITHIN = """
actual actually actualy all almost along altogether always am amid among amongst approx approximate approximately
approximates around arrive arriving ask asks associate associated assume basic basically bear bearing bears believe
belongs bought bring buying call called carry cities city come coming common commonly compare compared compares
comparing comparison completely considered consist contain contains correct correctly count counting country current
currently different encompass encompasses end ends entire entirely especially estimate estimated every everyday
everyone everywhere exact exactly exchange exist existing exists expect falls final find fly flying folks found friday
fully general generally gimme give given going goods handle hear held hmm hold holds host hosts in include includes
including indicate inside international is issue issued issues kind kinda known land landed landing latest legally
less let lies link linked list listed listing live lives living locate located look looking lying main mainly major
make makes mark means mention modern monday mostly move moving name named names naming nationally nationwide nearly
need needed normally now nowadays of off official officially ones other others ought out ov over overall own people
pick please pls popularly possess precise predominant predominantly present presently primarily primary principal
properly quick quickly rank ranked ranking recent recently reckon refer request require required reside resides
residing respective respectively right round saturday say see serve serves set several shall shorthand should side
simply sit sits situated size sized some soon sort spelled stand standing stands status stay staying sunday supposed
surely ta take taken taking taxi technically teh tell term terms thanks think tho thursday title today tonight total
touring travel traveling travelling trip true truly tuesday type typical typically understand updated usual usually
various verify visit visiting visits vs wan wants wat way wednesday week weekend whatever whats whereby wherever which
whichever whole wholly widely will within wonder wondered wondering wonders world wot would year yep
"""
WITHIN: Final = FILLERS | frozenset(_WITHIN.split())
"""Fillers that may stand beside what is asked: they name nothing that a property could be of."""

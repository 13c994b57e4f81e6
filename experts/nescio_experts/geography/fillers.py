"""Words that carry no demand in a question about countries: politeness, purpose ("homework", "trip"), being somewhere.

A word belongs here only if a question that has it asks for the same fact as one that has not.
"""

from __future__ import annotations

from typing import Final

from nescio_experts.grounded import FILLERS

_MORE = """
abroad act acting acts actual actualy afternoon aggregate ahead ai airport aka all almost alright always am amid among
amongst amount answer answers anyhow anymore anyways apparently appear appearing appears approx approximate
approximately approximates argue arguing argument around arrive arrives arriving article asap asks assistant assume
assuming atlas aunt background backpack backpacking based basic basically because believe bet bets big bit blank blog
boss bot bought briefly bring brings bro brother buddy buy buying buys cab calculate call called calls carry carrying
cheerio cheers chief choose cities claim claimed claims class client clients clue coffee colleague colleagues
combination combined come coming common commonly compare compared compares comparing comparison complete compute
computer concerning conference confused considered consist contain contains contemporary context correctly count
counting country couple cousin coworker crossword cruise curiosity curious current customer d dad daily data daughter
day days deal dealing debate decide desk determine different doing domestic dude earth easy eh emigrate emigrating
encompass encompasses encounter encyclopedia end entire entirely enumerate especially essay estimate estimated even
evening every everybody everyday everyone exactly exam example exams exchange exist existent existing exists expat
expats expect expert explain father feature featured figure figures fill final find first flatmate flight fly flying
folder folks following foreign form found frankly friend friends full fun function functioning functions funny game
general generally genius geographic geographical geographically geography gimme given going gonna government grandma
grandpa grandparents greetings groceries group guess handle handling handy hard head heading headquarters heads
hear heard heart held helps hm hold holds holiday home homework honest honestly honeymoon host hosting hosts hotelier
house houses hows husband id idea ideas identify im imagine important includes including indicate inside interested
interesting international is issue issued issues itself ive job journey just keep kid kind kinda kindly knew known
knows land landed landing lands large lately latest layover learn learning lie life list listed listing lists live
lives living ll local locals locate located look looking lot lots lying madam made main mainly major majority make
makes many map maps mark mate meeting member-state mention modern modern-day mom moment momentarily month more
morning most mostly mother move moving mum must name named names naming national nationwide native natively nearly
nephew new newest nice niece normally notebook noted novel nowadays number numbers off official officially open
opposed option options oracle order ordinary other others ought out overall overland overseas own pack packing pair
paper parents part particular partner pen pen-pal penpal people person pick piece planned planning plans please pls
population possess pray predominant predominantly present presentation presently primary principal principally
print produce prof professor project proper properly proud purchase purchases puzzle query quick quickie quote random
rank ranked ranking ranks real reality recent recently reckon record recorded refer reference referred region
relocate relocating remind reply report require required reside resides residing respective restaurant road robot
roommate said sake say says school seat see seek seem seems select semester sense sentence serious serve serves
serving set settle shall shop shopping shops short shortly should side simple single sir sister sit sits situated size
sized some son soon sort specific specifically speech spread standard stands start stat statistic statistics stats
status stay staying stopover store stored stores story street student studying sum supposed surely swap ta
table taken taking talking taxi teach teacher teaches team teammate teams tend tended tends term terms test think
thinks third thousand thx today told tonight top topic total tough tour touring transit travel traveling travelling
tricky trip trivia trivial true truly try trying turn type types typical typically uncle understand unit unsure
upcoming updated usual usually vacation view visit visiting visitor visitors wants way wee week weekend weeks
welcome well went whatever whats whenever whens whereby wherein wheres wherever whichever whole whos widely wife wind
within wonder wondered wonders word words work works worth write writing written wrote year yep your yours
"""
EXTRA_FILLERS: Final = FILLERS | frozenset(_MORE.split())
"""The shared fillers and those of this domain."""

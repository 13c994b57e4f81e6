"""Words and turns of phrase that carry no demand of their own: politeness, who asks and why, how one speaks of a table.

Data, no logic. A word belongs here only if no question about an element means something else with it: no condition, no
place, no time, no negation, nothing that makes a compound or an alloy of an element.
"""

from __future__ import annotations

_GENERAL = """
absolute accepted already according accurate accurately ai all among amount answer answers approximately
around asap asks assignment assistant available away before begin begins behind belong belongs between big
blank bot boundary brief bring bro brought call called carries carry checking chem chemical chemistry chemists
chill chilled cite classroom clue cold commonly comprise comprises consist consists contain containing
contains cool cooled correct correctly curious current currently d data datum daughter decimal degree degrees
describe detail detailed details determine different documented dude during element elements english entire
estimated ever every exactly exam exist existing exists expected experience experiences experimental expert
experts explain fall falls fast fill following found friend further generally gimme given got gotta hand
handbook handy happen happening happens have having heated heating hides hits hold holds homework hope hoping
horizontal hot humans idea identify include includes interested jog jot keep keeps kept kid kindly lab large
learn learning lemme letters level levels listed literature located looking lookup love madam make makes
mankind mark marks mate measure measured measurement member members memory much must need needs nescio normal
normally noted numbered numbers numeric numerical numerically obtain occur occurs off official officially
ought out owe part particular past people periodic placed plain point points pop possess possesses professor
project properties property put quantity quizzing quote raise raised rate reach reached reaches reckon record
recorded reference refresh remain remains report reported require required requires research roughly saw says
scale science scientific search see sense sentence share shell shells short should show shows simply sir sit
sits son sorry spell stand stands start started starting starts stats stay stays student study studying
substance supposed table tabulated take takes teach teacher tell temp temperature temperatures temps term
terms test textbook thermal thermometer till today translate trivia trying typical typically unit units until
usual usually value values various vertical wants warm warmed wassup way whizz whole wish word words worksheet
write written
"""
_PEOPLE = """
aunt boss boyfriend brother buddy chemist children classmate classmates colleague colleagues cousin coworker dad daddy
examiner father flatmate folks girlfriend granddaughter grandfather grandma grandmother grandpa grandson granny guys
humanity humankind husband instructor kids lecturer mom mommy mother mum mummy nephew niece parents
partner pupil pupils roommate scientist scientists sister teachers tutor uncle wife
"""
_STUDY = """
answered answering balancing preparing prepping assignments book books card cards chart charts class college
course crossword crosswords datasheet encyclopaedia encyclopedia essay examination exams exercise exercises
flash flashcard flashcards grade handbooks jeopardy learned learnt lecture lesson lessons memorise memorising
memorize memorizing notebook notes poster presentation pub puzzle puzzles quizzed quizzes respond response
review reviewing revise revising revision riddle school schools semester studies subject tests textbooks topic
university worksheets
"""
_TALK = """
able anticipate expect expecting
additionally advance afternoon anymore appreciate appreciated appreciation argument asker assist assistance
assuming awesome ballpark basically believe believed bet bit blanking bother bothering calculate calculating candidate
candidates challenge cheers choice choices choose choosing classed clear compute computing concerning concerns confirm
confirming confused confusing consider considered considering convert converted count counted counts debate deemed
delighted deliver determining digit digits display dispute disturb disturbing educate elaborate enlighten estimate
evaluate evening express expressed failed finally finding fine forgets forgetting forgotten friends glad google
googled googling grateful great greetings guessing haha happy heard hearing helpful helping here honestly idk internet
kinda lastly little lol mention mentioned mentioning merely minding morning needing nice online option options pick
picking pleasure pleeease plus pretty print provided providing read regard regarded requiring respect retrieve return
rough saying seen select selecting settle slipped speaking spotted straight straightforward struggle struggling stuck
super supply talking telling tells thinking thought tia told treat tried trouble troubling ty type uncertain unsure
useful verify verifying viewed web website wikipedia wondered wonderful working
"""
_SCIENCE = """
achieve achieves across amounts appear appearing appears applied applies apply assign assigned assigns attain attained
attains belonging carried cataloged catalogued coefficient contained convention define defined defines displays
divided equalling equals exhibit exhibited exhibits falling feature featured features figures file filed files gave
grouped hit host hosts housed inside integer iupac letter lie lies lists live lives locate locates locating looks
lying made meant measures modern necessary notation nuclide numbering occupied occupies occupy occurred owned place
reaching reads scheme seated section showing specified standard system taken took whichever wise
"""
FILLER_WORDS = frozenset(f"{_GENERAL} {_PEOPLE} {_STUDY} {_TALK} {_SCIENCE}".split())
"""Words that in a question about an element carry no demand of their own."""

COURTESIES: dict[str, tuple[str, ...]] = {
    "x:courtesy": (
        "{my,our,a,the,his,her} {neighbor,neighbour,neighbors,neighbours} {asked,asks,wants,told,said,says,is,was}",
        "{older,younger,little,big,elder,baby} {brother,sister,sibling,son,daughter,cousin}",
        "{not,n t} {sure,certain} {if,whether,about,how,what,which}{, you {know,can}{, this, that}}",
        "i {m ,am ,}not {sure,certain}",
        "{presentation,test,exam,quiz,class,homework,lesson,assignment,report,essay} {due ,}{for ,}{tomorrow,"
        "tonight,today,"
        "next week,on monday,on friday}",
        "{for ,}{tomorrow,tonight} s {presentation,test,exam,quiz,class,homework,lesson,assignment}",
        "{next,last,first,second,third,final,one more,another,another quick,one last,new,bonus,1} {question,"
        "one,thing,request,up}",
        "{one more,one last,next up}",
        "{two,2,three,3,a few,some,a couple of} {things,facts,pieces of information,details,bits}",
        "{eli5,eli 5,explain like i m {5,five}}",
        "{just ,only ,in ,with ,as ,}{a,the,one,a single} {number,word,digit,figure,letter,line,sentence}{, "
        "only, please}",
        "{balancing,balance} {an ,some ,these ,}{equation,equations}",
        "{quiz,question,trivia,test,homework,chemistry,science,riddle,exam} time",
        "{real quick,fun fact,fun fact request,mock exam,mock test,escapes me,slips my mind}",
        "{for ,}{tomorrow,tonight} s mock {exam,test}",
        "{number,name,symbol,value,answer} only",
        "only the {number,name,symbol,value,answer}",
        "{yes or no ,}{question,answer}",
        "{good ,}{morning,afternoon,evening,night,day}",
        "{long time no see,no rush,no hurry,no need to explain,no worries,no idea,no clue}",
        "{don t,do not,can t,cannot,couldn t,can not} {know,remember,recall,find,figure out,work out,seem to "
        "find,get,tell,think "
        "of,understand}",
        "{double check,double checking,cheat sheet,data sheet,cross word}",
        "{work,works,working,figure,find,point} out",
        "{who am i,what am i,guess who,guess what}",
        "{how s it going,how are you,what s up,hope you re well,hope all is well,hope you are well}",
        "if {you ,}{don t mind,possible,you can,you could,you would,you know,you please,it s not too much "
        "trouble,i may ask,"
        "i may,so,you happen to know,at all possible,that s ok,that s okay}",
        "{do,would,could} you {mind,happen to know,have any idea,be so kind}{, as to, to}",
        "{high,secondary,primary,middle,grade,elementary} school",
        "{year,grade} {7,8,9,10,11,12} {chemistry,science,student}",
        "{for ,}{my,our,a,the,this} {first,second,third,last,next} {exam,test,quiz,lesson,class,assignment}",
        "{in ,}{a,one,two,few} {word,words,short,nutshell}",
        "{from,out of,among} {this,the,these,those,my} {list,options,choices,selection,candidates,following}",
        "{as of today,these days,nowadays,right now,at the moment}",
        "{first of all,first off,first things first,for once and for all,once and for all,once again,once more}",
    ),
}
"""Turns of phrase of which single words would mean something elsewhere."""

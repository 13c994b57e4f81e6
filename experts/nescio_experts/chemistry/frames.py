"""Longer turns of phrase by which people ask for a property of an element. Only data; `lexicon` has the plain ones.

Patterns are `nescio_experts.grounded.expand`'s, keys those of `lexicon`. A frame stands here when its single words mean
something else, or nothing: "how heavy … per cubic centimetre", "up to what temperature … solid", "1 to 18".
"""

from __future__ import annotations

_VOLUME = (
    "{cubic centimeter,cubic centimetre,cubic cm,cubic centimeters,cubic centimetres,cubic meter,cubic metre,"
    "cc,cm3,cm 3,"
    "cm³,ml,milliliter,millilitre,liter,litre,unit volume,unit of volume,volume,given volume}"
)
_PLACE = "{position,place,location,spot,slot,box,square,cell,seat}"
_SHORT = (
    "{abbreviated,shorthand,condensed,short,noble gas,noble gas core,noble gas shorthand,noble gas short form,"
    "noble gas notation,complete,full,ground state,short form,"
    "standard,core,"
    "abbreviated noble gas}"
)
_FORMULA = "{formula,formulas,formulae,equation,equations,notation,shorthand}"
_UNTIL = "{up to,until,till,up until}"
_FROM = "{from,above,beyond,past,after,over}"
_WHAT = "{what,which} {temperature,temp,point}"
_STRIP = "{remove,removing,strip,stripping,knock,knocking,detach,rip,eject,tear}"

FRAMES: dict[str, tuple[str, ...]] = {
    "melting_point": (
        _UNTIL + " " + _WHAT + " .. solid",
        "{highest,maximum,max} {temperature,temp} .. solid",
        "{lowest,minimum,min} {temperature,temp} .. {liquid,molten}",
        _FROM + " " + _WHAT + " .. {liquid,molten,no longer {a ,}solid}",
        _WHAT
        + " .. {solid,solids} .. {become,becomes,turn,turns,go,goes,change,changes} {in,}{to ,}{a ,}{liquid,molten}",
        "{no longer,cease{s,} to be,stop{s,} being} .. solid",
        "{melting,fusion} {begins,starts,occurs,happens,takes place}",
        "{start{s,},begin{s,},starting,beginning} {to melt,melting}",
        "{point,temperature,temp} {of,for} {melting,fusion,solidification,freezing}",
        "{passage,change,transition,switch} from {the ,}solid {in,}to {the ,}liquid{, state, phase}",
        "{liquid,molten} .. {begins,begin,starts,start} to {freeze,solidify}",
    ),
    "boiling_point": (
        _UNTIL + " " + _WHAT + " .. liquid",
        "{highest,maximum,max} {temperature,temp} .. liquid",
        "{lowest,minimum,min} {temperature,temp} .. {gas,gaseous,vapor,vapour}",
        "{no longer,cease{s,} to be} {a ,}liquid",
        "{turn,turns,turning,change,changes} .. {into,to} {a ,}{gas,vapor,vapour}",
        "{boiling,vaporization,vaporisation} {begins,starts,occurs,happens,takes place}",
        "{start{s,},begin{s,},starting,beginning} {to boil,boiling}",
        "{point,temperature,temp} {of,for} {boiling,vaporization,vaporisation,evaporation}",
        "{passage,change,transition,switch} from {the ,}liquid {in,}to {the ,}{gas,gaseous,vapor,vapour}{, "
        "state, phase}",
        "{boiling,come{s,} to a boil,bring .. to a boil}",
    ),
    "density": (
        "{heavy,mass,weight,weigh,weighs,much,grams,kilograms} .. {per,for,to,in} {a ,each ,every ,one ,1 ,"
        "its ,the ,}" + _VOLUME,
        "{heavy,mass,weight,weigh,weighs,grams} .. {a,one,1,each,every,single} " + _VOLUME,
        "{per,for its,in each,in one,in a} {each ,every ,}" + _VOLUME,
        "{one,1,a,single,each,every} {single ,}" + _VOLUME + " .. {weigh,weighs,mass,heavy,weight,grams}",
        "{mass,weight} {to,and,over,by,divided by} volume{, ratio}",
        "{mass to volume ratio,mass volume ratio,volume density}",
    ),
    "atomic_number": (
        "{ordinal,serial,order,sequence,place,position,spot,slot,box} {number,no}",
        "{ordinal,serial,order,sequence,place,position} {number,no} .. {in,of,on} the periodic table",
        "{atomic ,}{number,no} of {the ,}{element,chemical element}",
        "{at ,in ,on ,}{what,which} " + _PLACE + "{, number} {of,in,on} the periodic table",
        "{what,which} " + _PLACE + " .. {occupy,occupies,hold,holds,take,takes} .. periodic table",
        "{what,which} " + _PLACE + " number{, {in,on,of} the periodic table}",
        "by number",
        "{has,have,carry,carries,bear,bears} {what,which} number",
        "periodic table .. {what,which} number",
        "symbol {and,plus} {its ,}number",
        "{atomic ,}number {and,plus} {its ,}symbol",
        "{from ,between ,}1 {to ,through ,and ,}118",
        "{units of positive charge,units of charge,positive elementary charges}",
    ),
    "protons": (
        "{how many ,number of ,}protons {make up,compose,constitute,form} {the ,its ,}nucleus",
        "{how many ,number of ,}protons per",
        "{how many ,number of ,}{positive charges,positively charged particles} .. nucleus",
    ),
    "neutrons": (
        "{how many ,number of ,}{neutral,uncharged,chargeless,electrically neutral} {particles,nucleons}",
        "{neutron number,number of neutrons,neutron count}",
    ),
    "atomic_weight": (
        "{per,for each,for a single,for one} atom",
        "{on ,at ,}{the ,}atomic {mass ,weight ,}scale",
        "{heavy,weigh,weighs,mass,weight} .. {one,a single,an,1,each} atom",
        "{weigh,weighs} {per,for each} atom",
        "{mean,average,standard,relative} {atomic ,}{mass,weight}{, of {an ,its ,the ,}atom{s,}}",
        "{a r value,ar value,relative atomic weight}",
    ),
    "molar_mass": (
        "{heavy,weigh,weighs,weight,mass,grams} .. {one,a,1,each,per} {mole,mol}",
        "{one,a,1,each} {mole,mol} .. {weigh,weighs,weight,mass,heavy,grams}",
        "grams .. {per,in a,in one,in each,in 1} {mole,mol}",
        "{per,for each} {mole,mol} of atoms",
    ),
    "symbol": (
        "{symbol,abbreviation,letter,letters,sign,notation,code,shorthand,initials,short form} {is ,are ,"
        "}{used ,}{for,to "
        "denote,to represent,to mark,to label}",
        "{symbol,abbreviation,letter,letters,sign,notation,code,shorthand,short form} {do ,}{chemists,"
        "scientists,people,we,you,"
        "they} use {for,to denote,to represent}",
        "symbol {and,plus} {its ,}number",
        "{atomic ,}number {and,plus} {its ,}symbol",
        "{call,calls,called,write,written,abbreviated} .. for short",
        "{short form,shortened form,short name,short code,abbreviated form,abbreviated name,letter symbol,"
        "element code,chemical shorthand,chemical notation,chemical letter{s,}}",
        "{write,writes,written,wrote} .. in {a ,}{chemical ,molecular ,reaction ,}" + _FORMULA,
        "{write,writes,written} {for ,down for ,as ,}{a ,the ,}symbol",
        "{what ,which ,}{is ,}{the ,}{letter,letters} {code,codes}",
        "{one,two,1,2} {or ,}{one,two,1,2,} {letter,letters} {symbol,abbreviation,code,sign}",
        "{how,what} .. {abbreviate,abbreviated,shortened,shorten}{, to}",
        "{symbol,letters,letter,abbreviation} .. {in,on} the periodic table",
        "{what,which} .. {stand,stands} for .. in the periodic table",
        "{written,marked,represented,denoted,labelled,labeled} .. {as,by} what",
    ),
    "name": (
        "{decode,decipher,spell out,unabbreviate}",
        "{short,abbreviation,shorthand} for",
        "what does .. mean",
        "{meant,indicated,designated,signified} by",
        "{meaning of,behind} the {chemical ,element ,}symbol",
        "{full ,}{element,chemical} name",
        "{hides,hidden,is hiding} behind",
        "{name,element} behind",
        "{belongs,belong} to {which,what}",
        "{full ,proper ,english ,}name{s,} {of,for} {the ,}{element,chemical element}",
    ),
    "electronic_configuration": (
        _SHORT + " {electron ,electronic ,ground state ,orbital ,}{configuration,configurations,config,configs}",
        _SHORT + " {electron,electronic,orbital,electron shell} {structure,arrangement,notation}",
        "noble gas {notation,shorthand,core notation,short form}",
        "{orbital,subshell,shell} {occupation,occupancy,filling,population,notation}",
        "{electrons,electron} .. {fill,fills,occupy,occupies,populate,sit in,sit,go into,are in,arrange,arranged} .. "
        "{orbitals,shells,subshells}",
        "{orbitals,shells,subshells} .. {electrons,electron} .. {fill,fills,occupy,occupies,sit,found,located,live,"
        "arranged,distributed}",
        "{orbitals,subshells} .. {filled,occupied,populated}",
        "electron shell{s,} .. {built,filled,look,arranged,structured,occupied,composed}",
        "electron{s,} .. {laid out,arranged,built up,set up,placed}",
        "configuration of .. electrons",
        "{configuration,arrangement,distribution,structure} of {the ,its ,all ,}electron{s,}{, shells, shell, cloud}",
        "{in ,}{spdf,s p d f,s p d,spd,orbital} {configuration,notation,config}",
    ),
    "en_pauling": (
        "{what,which} {number,value} .. {pauling,electronegativity}{, electronegativity}{, scale}",
        "{electronegativity,electronegativities} .. {pauling,pauling scale,pauling s scale}",
        "{pauling,pauling s} {electronegativity ,}{scale,value,values,number,figure,rating,score,index}",
        "pauling",
        "{attract,attracts,pull,pulls,draw,draws,pull on} .. {bonding,shared,bond} electrons",
        "{rank,ranks,ranked,placed,stand,stands} .. {pauling,electronegativity} scale",
        "{strong,strongly,greedy,hungry,eager,eagerly} .. electrons",
        "{electronegativity,electronegative} {coefficient,rating,score,index,figure,number,level}",
    ),
    "ionization_energy": (
        "{minimum,least,smallest,lowest} energy .. " + _STRIP + " .. electron",
        "how {hard,easy,difficult,easily,tough} .. {ionize,ionise}",
        _STRIP + " .. {electron,first electron,outermost electron,outer electron,valence electron,one electron,"
        "most loosely bound electron}",
        "{first ,1st ,}{ionization,ionisation}",
        "{pull,pulling,take,taking,tear,tearing,get,getting} {off ,out ,away ,}{an,one,a single,the first,its "
        "first,the "
        "outermost,its outermost} {valence ,outer ,}electron {off,out,away,from}",
        "{take,pull} {off,out,away} {an,one,a single,the first,its first,the outermost,its outermost} electron",
        "{energy of,energy for} {first ,the first ,}{ionization,ionisation}",
        "energy .. {lose,loses,losing,give up,gives up} .. electron",
    ),
    "radioactive": (
        "{decay,decays} radioactively",
        "{undergo,undergoes} {radioactive ,}decay",
        "{give,gives} off radiation",
        "emit{s,} {radioactivity,radioactive rays,rays}",
    ),
    "group": (
        "{on a scale ,}{from ,between ,numbered ,}1 {to ,through ,and ,until ,till ,or ,}18",
        "{group,family,column,vertical column} {number,no}{, {in,of,on} the periodic table}",
        "{group,family,column} number .. {in,of,on} the periodic table",
        "{of ,}{the ,}18 {groups,columns,families}",
        "{what,which} {group,family,column} number",
        "iupac {group,column} {number,no,designation}",
        "vertical column",
    ),
    "period": (
        "{on a scale ,}{from ,between ,numbered ,}1 {to ,through ,and ,until ,till ,or ,}7",
        "{of ,}{the ,}7 {periods,rows}",
        "{period,row} {number,no}{, {in,of,on} the periodic table}",
        "{period,row} number .. {in,of,on} the periodic table",
        "{which,what} {horizontal ,}{line,row,period} .. {in,of,on} the periodic table",
        "horizontal {line,row}",
    ),
    "block": (
        "{s p d f,spdf} {block,blocks,}",
        "block with {what,which} letter",
        "{the ,}{block of,element block,periodic table block,block in the periodic table,block letter,letter "
        "of the block}",
        "block .. {letter,name}",
        "letter .. block",
        "{what,which} {letter .. block,block letter,block}",
        "{subshell,orbital,sublevel} block",
    ),
    "series": (
        "{kind,type,sort,class,category,family} of {a ,an ,}{chemical ,}{element,metal,elements}{, family, group}",
        "{element,chemical,elemental} {class,family,category,type,kind,series,classification}",
        "{classify,classified,class,categorise,categorize,categorised,categorized,grouped,filed,file,labelled,labeled,"
        "sorted} .. as",
    ),
    "discovery_year": (
        "{first ,}{found,discovered,isolated,identified,known} .. {what year,which year,what date}",
        "{what year,which year,when} .. {discovery,discovered,found,identified,isolated}",
        "{year,date,time} .. {discovery,discovered,found,identified,isolated}",
        "{discovery,discovered,found,identified,isolated} .. {year,date,when}",
        "{since when,since what year,since which year,how long} .. known",
        "how long .. known about",
        "{since when,known since}",
        "{become,became,becomes} known",
    ),
    "phase": (
        "{aggregate,physical,standard} {state,form}",
        "{in ,}{what,which} {physical ,aggregate ,}{state,phase,form}",
        "{solid liquid,gas liquid,liquid solid,solid gas,gaseous liquid,solid liquid or {gaseous,a gas,gas}}",
    ),
}
"""Property → frames."""

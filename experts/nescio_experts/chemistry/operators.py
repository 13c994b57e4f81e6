"""How people compare, count, list and measure elements: phrases and the sets they choose from. Data, no logic.

Meanings: ``c+:density`` is a comparative with its property ("denser"), ``s-:density`` a superlative ("least dense"),
``c+`` and ``s-`` such words without a property, ``g:…`` a set of elements, ``o:…`` an operation, ``u:…`` a unit,
``x:…`` a condition that changes nothing. Patterns are `nescio_experts.grounded.expand`'s.
"""

from __future__ import annotations

COMPARATIVES: dict[str, tuple[str, ...]] = {
    "c+": (
        "{higher,greater,larger,bigger,more,longer,stronger,above,exceed,exceeds,over,exceeding,upwards of,"
        "hotter,warmer,"
        "at least}",
        "{surpass,surpasses,beat,beats,outrank,outranks}",
    ),
    "c-": ("{lower,smaller,less,fewer,below,under,weaker,shorter,cooler,colder,lesser,at most,short of}",),
    "s+": ("{highest,greatest,largest,biggest,most,max,maximum,maximal,top,strongest,hottest,winner,tops,peak,best}",),
    "s-": ("{lowest,smallest,least,fewest,min,minimum,minimal,weakest,coldest,coolest,tiniest,bottom,poorest,worst}",),
    "c+:density": ("{denser,more dense,more compact,heavier for its size,heavier by volume}",),
    "c-:density": ("{less dense,lighter by volume}",),
    "s+:density": ("{densest,most dense,most compact}",),
    "s-:density": ("{least dense,lowest density}",),
    "c+:heavy": ("{heavier,more massive,weighs more,weigh more,outweigh,outweighs,heftier}",),
    "c-:heavy": ("{lighter,less massive,weighs less,weigh less,less heavy}",),
    "s+:heavy": ("{heaviest,most massive,weighs the most,weigh the most,heftiest}",),
    "s-:heavy": ("{lightest,least massive,weighs the least,weigh the least,least heavy}",),
    "c+:melting_point": ("{harder to melt,melts later,melt later,melts last,melt last,higher melting,melts hotter}",),
    "c-:melting_point": (
        "{easier to melt,melts first,melt first,melts sooner,melts earlier,melts before,melt before,melts more easily}",
        "{melt more easily,melts easier,lower melting,first to melt,freezes last}",
    ),
    "s+:melting_point": ("{hardest to melt,last to melt,highest melting,most refractory}",),
    "s-:melting_point": ("{easiest to melt,melts most easily,lowest melting,first to melt}",),
    "c+:boiling_point": (
        "{boils later,boils last,boil last,higher boiling,less volatile,harder to boil,last to boil}",
    ),
    "c-:boiling_point": (
        "{boils first,boil first,boils sooner,lower boiling,more volatile,first to boil,boils before,easier to boil}",
    ),
    "s+:boiling_point": ("{highest boiling,least volatile,hardest to boil}",),
    "s-:boiling_point": ("{lowest boiling,most volatile,easiest to boil}",),
    "c+:discovery_year": (
        "{discovered,found,isolated} {later,more recently,after,last}",
        "{newer,younger,more recent}",
    ),
    "c-:discovery_year": (
        "{discovered,found,isolated,known} {earlier,first,before,sooner,longer}",
        "{older,came first,discovered at an earlier date,discovered longer ago}",
    ),
    "s+:discovery_year": (
        "{most recently,latest,last} {discovered,found,isolated}",
        "{newest,youngest,discovered {last,most recently,latest}}",
        "{latest,most recent} {to be ,}{discovered,discovery}",
    ),
    "s-:discovery_year": (
        "{earliest,first} {to be ,}{discovered,found,isolated}",
        "{oldest,discovered {the ,}{earliest,first}}",
        "earliest discovery",
    ),
    "c+:en_pauling": ("{more electronegative,attracts electrons more strongly}",),
    "c-:en_pauling": ("{less electronegative,more electropositive}",),
    "s+:en_pauling": ("{most electronegative,least electropositive}",),
    "s-:en_pauling": ("{least electronegative,most electropositive}",),
    "c+:thermal_conductivity": (
        "{better,stronger} {conductor of heat,heat conductor,thermal conductor,at conducting heat}",
        "conducts {heat ,}better",
        "{conducts,conduct,carries} heat {better,faster,more efficiently,more}",
    ),
    "c-:thermal_conductivity": ("{worse,poorer} {conductor of heat,heat conductor,thermal conductor}",),
    "s+:thermal_conductivity": (
        "best {conductor of heat,heat conductor,thermal conductor,at conducting heat}",
        "{conducts,conduct} heat {the ,}best",
    ),
    "s-:thermal_conductivity": ("worst {conductor of heat,heat conductor,thermal conductor}",),
    "c+:ionization_energy": ("harder to ioni{z,s}e",),
    "c-:ionization_energy": ("easier to ioni{z,s}e",),
    "s+:ionization_energy": ("hardest to ioni{z,s}e",),
    "s-:ionization_energy": ("easiest to ioni{z,s}e",),
    "c+:atomic_radius": ("{bigger,larger} atom{s,}", "atom{s,} {bigger,larger}"),
    "c-:atomic_radius": ("smaller atom{s,}", "atom{s,} smaller"),
    "s+:atomic_radius": ("{biggest,largest} atom{s,}",),
    "s-:atomic_radius": ("{smallest,tiniest} atom{s,}",),
    "s+:abundance": ("most {common,abundant,plentiful,prevalent,widespread}", "{commonest,most abundantly}"),
    "s-:abundance": ("{rarest,scarcest,least {abundant,common,plentiful}}",),
    "c+:abundance": ("more {common,abundant,plentiful,prevalent,widespread}", "commoner"),
    "c-:abundance": ("{rarer,scarcer,less {common,abundant,plentiful}}",),
}

OPERATIONS: dict[str, tuple[str, ...]] = {
    "o:difference": (
        "{difference,differences,differ,differs,gap,margin,spread,apart,subtract,minus,delta}",
        "{by ,}how {much,many}{, degrees, kelvin, celsius,}",
        "by how {much,many,many degrees,much more}",
        "{what ,which }{is ,are ,}the {difference,gap}",
    ),
    "o:ratio": ("{how many times,ratio,factor,quotient,times as,times more,how many fold,what multiple}",),
    "o:count": ("{how many,number of,count,count of,total number of,count up,how numerous,tally}",),
    "o:rank": ("{rank,order,sort,arrange,ranking,ranked,sorted,ordered}{, in order}{, of, by, from}",),
    "o:list": (
        "{list,enumerate,list all,list out,list of,name all,name every,all the,all of the,give all,complete list}",
    ),
    "o:mean": ("{average,mean,arithmetic mean,averaged,on average,avg}",),
    "o:sum": ("{sum,total,sum total,combined,added up,altogether,add up,together,summed}",),
    "o:median": ("{median}",),
    "o:compare": ("{compare,compared,comparison,contrast,versus,vs,against,head to head,relative to,compared with}",),
    "o:than": ("{than}",),
    "o:next": ("{comes,come,sits,is,stands,lies} {right ,directly ,immediately ,just ,}after", "{follows,succeeds}"),
    "o:previous": ("{comes,come,sits,is,stands,lies} {right ,directly ,immediately ,just ,}before", "precedes"),
    "o:same": ("{same,identical,equal}{, as}",),
    "o:true": (
        "{is it true that,is it true,is it correct that,is it the case that,true or false,right or wrong,true that}",
    ),
}

SETS: dict[str, tuple[str, ...]] = {
    "g:series:Noble gases": ("{noble,inert,rare} {gas,gases}", "group {18,xviii,viiia,0} {gas,gases}", "aerogens"),
    "g:series:Alkali metals": ("{alkali,alkaline} {metal,metals}", "alkalis", "alkali {element,elements}"),
    "g:series:Alkaline earth metals": (
        "{alkaline,alkali} earth{s,} {metal,metals,element,elements,}",
        "alkaline earths",
    ),
    "g:series:Halogens": ("{halogen,halogens,halogen family,halogen group,halogen element,halogen elements}",),
    "g:series:Metalloids": ("{metalloid,metalloids,semimetal,semimetals,semi metal,semi metals,semi metallic}",),
    "g:series:Transition metals": ("transition {metal,metals,element,elements}",),
    "g:series:Lanthanides": ("{lanthanide,lanthanides,lanthanoid,lanthanoids}{, series, metal, element, elements}",),
    "g:series:Actinides": ("{actinide,actinides,actinoid,actinoids}{, series, metal, element, elements}",),
    "g:series:Poor metals": ("{poor,post transition,posttransition} {metal,metals}",),
    "g:series:Nonmetals": ("{reactive nonmetal,reactive nonmetals,reactive non metals,other nonmetals}",),
    "g:group:11": ("{coinage metal,coinage metals,copper group,copper family}",),
    "g:group:12": ("{zinc group,zinc family}",),
    "g:group:13": ("{boron group,boron family,icosagen,icosagens,triels,earth metals}",),
    "g:group:14": ("{carbon group,carbon family,tetrels,crystallogens}",),
    "g:group:15": ("{pnictogen,pnictogens,nitrogen group,nitrogen family,pnicogens}",),
    "g:group:16": ("{chalcogen,chalcogens,oxygen group,oxygen family}",),
    "g:group:10": ("{nickel group}",),
    "g:metal": ("{metal,metals,metallic element,metallic elements}",),
    "g:nonmetal": ("{nonmetal,nonmetals,non metal,non metals,nonmetallic element,nonmetallic elements}",),
    "g:all": (
        "{element,elements,chemical elements,chemical element}",
        "{all ,all of ,}the {chemical ,known ,}elements{, in the periodic table, of the periodic table}",
        "{in,on,of,from} {the ,}{whole ,entire ,}periodic table{, of elements, of the elements}",
        "periodic table",
    ),
    "g:phase:gas": ("{gas,gases,gaseous}",),
    "g:phase:liquid": ("{liquid,liquids}",),
    "g:phase:solid": ("{solid,solids}",),
    "g:radioactive": ("{radioactive,unstable,radio active}",),
    "g:stable": ("{stable,nonradioactive,non radioactive,not radioactive}",),
    "g:monoisotopic": ("{monoisotopic,mononuclidic,with {only ,just ,}{one,a single} stable isotope}",),
}

UNITS: dict[str, tuple[str, ...]] = {
    "u:°C": (
        "{in ,into ,to ,as ,}{degree ,degrees ,deg ,}{celsius,centigrade,celcius,celsuis,degc}{, degrees, scale}",
    ),
    "u:°F": ("{in ,into ,to ,as ,}{degree ,degrees ,deg ,}{fahrenheit,farenheit,fahrenheits,degf}{, degrees, scale}",),
    "u:K": ("{in ,into ,to ,as ,}{degree ,degrees ,deg ,}{kelvin,kelvins,degk}{, degrees, scale}",),
    "u:°": ("{in ,}{degree,degrees}",),
    "u:kg/m³": (
        "{in ,}{kg,kilogram,kilograms,kilos} {per ,a ,}{cubic ,}{m3,m 3,meter,metre,cubic meter,cubic metre,m}",
        "{in ,}kgm3",
    ),
    "u:g/cm³": (
        "{in ,}{g,gram,grams} {per ,a ,}{cubic ,}{cm3,cm 3,cm,centimeter,centimetre,cc,ml,milliliter,millilitre}",
        "{in ,}gcm3",
    ),
    "u:g/L": ("{in ,}{g,gram,grams} {per ,a ,}{l,liter,litre}",),
    "u:eV": ("{in ,}{ev,electron volts,electronvolts,electron volt,electronvolt}{, per atom}",),
    "u:kJ/mol": ("{in ,}{kj,kilojoule,kilojoules} {per ,a ,}{mol,mole}",),
    "u:pm": ("{in ,}{pm,picometer,picometers,picometre,picometres}",),
    "u:Å": ("{in ,}{angstrom,angstroms,ångström,ångströms}",),
    "u:nm": ("{in ,}{nm,nanometer,nanometers,nanometre,nanometres}",),
    "u:J/(g·K)": ("{in ,}{joules,joule,j} per gram {per ,and ,}{kelvin,degree,celsius,k}", "{in ,}jgk"),
    "u:W/(m·K)": ("{in ,}{watts,watt,w} per {meter,metre,m} {per ,and ,}{kelvin,degree,k}", "{in ,}wmk"),
    "u:u": ("{in ,}{u,amu,dalton,daltons,da,atomic mass units,unified atomic mass units}",),
    "u:g/mol": ("{in ,}{g,gram,grams} {per ,a ,}{mol,mole}",),
}

CONDITIONS: dict[str, tuple[str, ...]] = {
    "x:room": (
        "{at ,under ,in ,}{normal ,standard ,ordinary ,}{room,ambient,everyday} {temperature,temp,conditions,"
        "temperatures}",
        "{at ,under ,in ,}{standard ,normal }{temperature,temp}{, and pressure, pressure}",
        "{at ,under ,in ,}{stp,rt,rtp,satp}",
        "at {25,20} {celsius,degrees celsius,degrees,c}",
    ),
    "x:pressure": (
        "{at ,under ,in ,}{standard,normal,atmospheric,ordinary,sea level,one atmosphere of} {pressure,conditions}",
        "{at ,under ,in ,}{1,one,an} {atm,atmosphere,bar}{, of pressure, pressure}",
        "at sea level",
        "{standard,normal} atmospheric pressure",
    ),
    "x:wording": (
        "for the first time",
        "{if ,when ,}{i,you,we,one} {heat,heated,keep heating}{, up,it}",
        "{heat,heated} up",
        "{need,needs,have,has} to be heated",
        "{as far as you know,to your knowledge,off the top of your head,just out of curiosity,out of curiosity}",
        "{by the way,for my homework,for school,for a quiz,for a class}",
    ),
    "x:neutral": (
        "{neutral,uncharged,ordinary,single,individual,one} {atom,atoms}",
        "{atom,atoms}",
        "{in ,inside ,within ,of ,}{the ,its ,}{nucleus,nuclei}",
        "neutral",
        "{pure,elemental,metallic,plain,bulk,sample of,piece of,chunk of,lump of,block of,natural state}",
    ),
}

_FILLERS = """
absolute accepted according accurate accurately ai all among amount answer answers approximately around asap asks
assignment assistant available away before begin begins behind belong belongs between big blank bot boundary brief
bring bro brought call called carries carry checking chem chemical chemistry chemists chill chilled cite classroom
clue cold commonly comprise comprises consist consists contain containing contains cool cooled correct correctly
curious current currently d data datum daughter decimal degree degrees describe detail detailed details determine
different documented dude during element elements english entire estimated ever every exactly exam exist existing
exists expected experience experiences experimental expert experts explain fall falls fast fill following found
friend further generally gimme given got gotta hand handbook handy happen happening happens have having heated
heating hides hits hold holds homework hope hoping horizontal hot humans idea identify include includes interested
jog jot keep keeps kept kid kindly lab large learn learning lemme letters level levels listed literature located
looking lookup love madam make makes mankind mark marks mate measure measured measurement member members memory much
must need needs nescio normal normally noted numbered numbers numeric numerical numerically obtain occur occurs off
official officially ought out owe part particular past people periodic placed plain point points pop possess
possesses professor project properties property put quantity quizzing quote raise raised rate reach reached reaches
reckon record recorded reference refresh remain remains report reported require required requires research roughly
saw says scale science scientific search see sense sentence share shell shells short should show shows simply sir
sit sits son sorry spell stand stands start started starting starts stats stay stays student study studying
substance supposed table tabulated take takes teach teacher tell temp temperature temperatures temps term terms test
textbook thermal thermometer today translate trivia trying typical typically unit units until usual usually value
values various vertical wants warm warmed wassup way whizz whole wish word words worksheet write written
"""
FILLER_WORDS = frozenset(_FILLERS.split())
"""Words that in a question about an element carry no demand of their own."""

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
        "{difference,differences,differ,differs,gap,margin,spread,apart,subtract,minus,delta,differing,"
        "separate,separates,distance,separation}",
        "{how ,}{far,wide,widely,close} apart",
        "{temperature,degree} {gap,difference,distance,spread}",
        "{lie,lies,are there,is there} between",
        "{by ,}how {much,many}{, degrees, kelvin, celsius,}",
        "by how {much,many,many degrees,much more}",
        "{what ,which }{is ,are ,}the {difference,gap}",
    ),
    "o:ratio": ("{how many times,ratio,factor,quotient,times as,times more,how many fold,what multiple}",),
    "o:count": (
        "how many {boxes,squares,cells,entries,spots,places,slots,members,kinds of element,different elements}",
        "{how many,number of,count,count of,total number of,count up,how numerous,tally}",
    ),
    "o:rank": ("{rank,order,sort,arrange,ranking,ranked,sorted,ordered}{, in order}{, of, by, from}",),
    "o:ascending": (
        "{ascending,increasing,rising,growing,low to high,lowest to highest,smallest to {largest,biggest}}{, order}",
    ),
    "o:descending": (
        "{descending,decreasing,falling,declining,high to low,highest to lowest,largest to smallest}{, order}",
    ),
    "o:list": (
        "{list,enumerate,list all,list out,list of,name all,name every,all the,all of the,give all,complete list}",
    ),
    "o:mean": ("{average,mean,arithmetic mean,averaged,on average,avg}",),
    "o:sum": ("{sum,total,sum total,combined,added up,altogether,add up,together,summed}",),
    "o:median": ("{median}",),
    "o:compare": ("{compare,compared,comparison,contrast,versus,vs,against,head to head,relative to,compared with}",),
    "o:than": ("{than}",),
    "o:next": (
        "{comes,come,sits,is,stands,lies} {right ,directly ,immediately ,just ,}after",
        "{follows,succeeds}",
        "{element ,one ,}{right,directly,immediately,just} after",
        "next {element ,one ,}after",
        "{element,one} after",
        "successor of",
    ),
    "o:previous": (
        "{comes,come,sits,is,stands,lies} {right ,directly ,immediately ,just ,}before",
        "precedes",
        "{element ,one ,}{right,directly,immediately,just} before",
        "{element,one} before",
        "predecessor of",
        "previous element {to,before}",
    ),
    "o:same": ("{same,identical,equal}{, as}",),
    "o:true": (
        "{whether,yes or no}",
        "{wonder,wondering,know,say,tell me,check,sure,find out,see,clarify,confirm} {if,that}",
        "{would,do,could,can} you {say,call,consider,classify,describe,regard,class,label,categorize,categorise}",
        "{should,can,could,may} {i,one,we} {say,call,consider,classify,describe,regard,count,class,treat,label}",
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
    "g:phase:liquid": ("{liquid,liquids,molten}",),
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
    "u:ppm": ("{in ,}{ppm,parts per million}",),
    "u:u": (
        "in u",
        "{in ,}{amu,dalton,daltons,da,atomic mass units,unified atomic mass units}",
    ),
    "u:g": ("{in ,to ,into ,}{gram,grams,g,gramme,grammes}",),
    "u:kg": ("{in ,to ,into ,}{kilogram,kilograms,kg,kilos}",),
    "u:g/mol": ("{in ,}{g,gram,grams} {per ,a ,}{mol,mole}",),
}

LACKING: dict[str, tuple[str, ...]] = {
    "n:lacking": (
        "{ionization,ionisation} {state,states,constant,chamber,rate,degree,fraction}",
        "{start,starts,begin,begins,end,ends,starting,beginning,ending,spelled,spelt} with{, a, an, the, one}"
        "{, capital}{, letter, letters}",
        "{how many,number of,first,last,initial,final} {letter,letters}",
        "{letter,letters} .. {name,word}",
        "{energy,charge,current,number,electron,flux,bulk,vapor,vapour,optical,gas,power} density",
        "density of states",
        "element {next to,near,around}",
        "{decay,decays,decaying,decayed} {into,to,by,via}",
        "decay {product,products,mode,modes,chain,chains,constant,series,heat,energy}",
        "{bond,lattice,binding,activation,surface,free,kinetic,fermi} energy",
        "{boiling,melting,freezing} {water,pot,ice}",
    ),
}
"""What sounds like a property and is none that is tabulated."""

CONDITIONS: dict[str, tuple[str, ...]] = {
    "x:room": (
        "{at ,under ,in ,}{normal ,standard ,ordinary ,}{room,ambient,everyday} {temperature,temp,conditions,"
        "temperatures}",
        "{at ,under ,in ,}{standard ,normal }{temperature,temp}{, and pressure, pressure}",
        "{at ,under ,in ,}{stp,rt,rtp,satp}",
        "{in ,}{a ,an ,the ,}{normal ,ordinary ,heated ,}room",
        "{at ,under ,in ,}{ordinary,normal,everyday,usual} {temperature,temperatures}",
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
        "{along,together,combined} with",
        "{in addition to,followed by}",
        "under {what,which}",
        "{if ,when ,}{i,you,we,one} {heat,heated,keep heating}{, up,it}",
        "{heat,heated} up",
        "{need,needs,have,has} to be heated",
        "{as far as you know,to your knowledge,off the top of your head,just out of curiosity,out of curiosity}",
        "{by the way,for my homework,for school,for a quiz,for a class}",
    ),
    "x:energy": (
        "{how much ,what ,which ,minimum ,amount of ,}{energy,energies}",
        "{cost,costs,costing,supplied,supply,invest,invested,spend,spent,expend,expended,input}",
    ),
    "x:strength": ("{how ,}{strong,strongly,greedy,greedily,hungry,eager,eagerly}",),
    "x:once": ("{once,singly,one time,a single time,just once}",),
    "x:nature": ("{in nature,naturally}",),
    "x:heating": (
        "{above,over,below,under,past,beyond} {what,which} {temperature,temp,point}",
        "{have ,need ,must ,should ,}{i ,you ,we ,one ,to ,}{heat,warm}{, it, up, it up}",
        "{completely,fully,entirely,temperature wise,furnace,oven,crucible,stay,stays,staying,remain,remains,"
        "remaining}",
    ),
    "x:members": (
        "{chemical elements,elements,members,metals,gases,which,that,who} {share,sharing,form,make up,"
        "constitute,compose,populate,fill}",
        "{contents,content,roster,population,lineup} of",
        "{constitute,constitutes,populate,populates,compose}",
    ),
    "x:else": (
        "{or ,}{something,anything} {else,different,other}",
        "{or ,}{none,neither} of {these,those,them,the above}",
        "{or ,}{another,a different,some other} {kind,type,category,one,class,family}{, of element}",
    ),
    "x:options": (
        "{such as,for example,for instance,e g,i e,that is,namely}",
        "which of {these,those,the} {two,three,four,pair}",
        "{between these,out of these,of these,of those,of this pair,of the pair}",
    ),
    "x:neutral": (
        "{neutral,uncharged,ordinary,single,individual,one} {atom,atoms}",
        "{atom,atoms}",
        "{in ,inside ,within ,of ,make up ,makes up ,form ,compose ,constitute ,}{the ,its ,a ,}{nucleus,nuclei}",
        "in {its ,the ,}ground state",
        "{a,one,the} single",
        "neutral",
        "{pure,elemental,metallic,plain,bulk,sample of,piece of,chunk of,lump of,{a,an,one} block of,natural "
        "state,nugget of,bar of,"
        "solid piece of,specimen of}",
    ),
}

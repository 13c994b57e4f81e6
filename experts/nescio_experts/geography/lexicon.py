"""What the words of a geography question mean, apart from names: properties, comparisons, superlatives, fillers.

Meanings are short ids with a kind before the colon: ``p`` a property, ``n`` a noun, ``sup`` a superlative, ``cmp`` a
comparison, ``dim`` what is compared, ``q`` a way of asking, ``agg`` an aggregate, ``u`` a unit, ``no`` something that
the tables do not hold. Patterns are those of `nescio_experts.grounded.Phrasebook`.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from nescio_experts.grounded import Gazetteer, Phrasebook

_PEOPLE = "{people,inhabitants,residents,persons,humans,citizens,souls,folks,individuals,human beings,dwellers}"
_BORDER = (
    "{border,borders,frontier,boundary,boundaries,land border,land borders,common border,land frontier,borderline}"
)
_SQ_KM = "{square kilometre,square kilometer,square kilometres,square kilometers,sq km,sq kms,km2,km²,square km,sqkm}"
_SQ_MI = "{square mile,square miles,sq mi,sq mile,sq miles,mi2,mi²}"

PHRASES: Final[dict[str, tuple[str, ...]]] = {
    "p:capital": (
        "{capital,capitals}{, city, cities,town}",
        "capitol{, city}",
        "{governs,rules,serves,functions,acts} .. as {its ,the ,}{national ,}capital",
        "{administrative,official,national,state,constitutional,legal} {capital,capitals}{, city, cities}",
    ),
    "p:seat": (
        "{seat,seats} of {the ,its ,national ,}{government,power,administration}",
        "government seat",
        "{government,parliament} .. {sits,sit,seated,based,located,convene,convenes,meet,meets}",
        "{governed,ruled,run,administered} from",
    ),
    "p:population": (
        "{population,populations,populace}{, size, count, figure, figures, number, numbers, total, level}",
        "how {populous,populated}",
        "how well populated",
        "{inhabitants,inhabitant,residents,headcount,head count,dwellers}",
        f"{{how many,number of,what number of,count of,amount of,how much}} {_PEOPLE}",
        "how many {living ,local ,different }{people,inhabitants,residents}",
        "population's",
        "how many {live,are living,reside,dwell,inhabit}",
        "how many .. call .. home",
        "{people,humans,folks,souls,persons} call .. home",
        "{inhabit,inhabits,inhabiting,populate,populates}",
        "{people,humans,folks,souls} {live,living,reside,dwell,residing}",
        "number of {living ,}{people,inhabitants,residents} {who ,that ,}live",
        "size of .. population",
        "demographic size",
        "{popn,pop}",
    ),
    "n:people": (
        "{people,peoples,persons,person,humans,citizens,citizen,souls,folks,folk,locals,individuals,human beings}",
        "{natives,nationals,countrymen,population's,everybody,everyone}",
    ),
    "p:area": (
        "{area,areas,land area,surface area,total area,land size,surface,landmass,land mass,territorial size,"
        "superficies}",
        "{size,sizes,extent,expanse,acreage,footprint,dimensions}",
        "{area,size} {in,of} {territory,land}",
        "{how much,what amount of} {land,space,ground,territory,room,area,surface}",
        "{geographic,geographical,physical} {size,area,extent}",
        "{size,extent,amount} of {the ,its ,}{territory,land,country,nation}",
        "{how many,number of} {square kilometres,square kilometers,square km,sq km,km2,km²}",
        "{cover,covers,covering,span,spans,occupy,occupies}",
        "{kilometres,kilometers} squared",
        "territory",
    ),
    "p:size": ("how {big,large,vast,extensive,spacious,huge,small,tiny,immense,sizeable,sizable,enormous,little}",),
    "p:area u:mi2": ("{how many,number of} {square miles,sq miles,sq mi,mi2}",),
    "p:area u:ha": ("{how many,number of} hectares",),
    "p:area u:acre": ("{how many,number of} acres",),
    "u:km2": (_SQ_KM, "{kilometres,kilometers} squared"),
    "u:mi2": (_SQ_MI,),
    "u:ha": ("{hectare,hectares}",),
    "u:acre": ("{acre,acres}",),
    "p:density": (
        "{population ,}{density,densities}",
        "density of {the ,its ,}population",
        "how {heavily,thickly,tightly} {populated,packed,settled}",
        "how {dense,densely populated,densely settled,crowded,packed,thickly populated,densely peopled,tightly packed}",
        "how {sparsely populated,sparsely settled,densely inhabited,thinly populated,congested,overcrowded}",
        "how dense is .. population",
        "how {densely,sparsely,thickly} .. {populated,settled,inhabited,peopled}",
        "head per",
    ),
    "u:per_km2": (f"{{per,for every,on every,to the,in each,to every,on each,to a,each,every}} {_SQ_KM}",),
    "u:per_mi2": (f"{{per,for every,on every,to the,in each,to every,on each,to a,each,every}} {_SQ_MI}",),
    "p:currency": (
        "ccy",
        "{currency,currencies,money,monies,cash,legal tender,tender,monetary unit,monetary units,coinage}",
        "{unit of currency,unit of account,medium of exchange,means of payment,monetary system}",
        "{coin,coins,banknote,banknotes,bank notes,bank note,notes,bills}",
        "{pay with,pay in,paid in,paying with,paying in,pay for,pay,pays,paying,paid,payment,"
        "denominations,payments,spend,spent,"
        "spending,wages,salaries}",
        "{priced in,prices in,prices,price tags,shops accept,shopping,exchange my money,change my money,wallet,purse}",
        "{dough,dosh,moolah,cash money}",
        "{change,exchange,swap,convert} {my ,some ,our ,any ,}{money,cash}",
        "{national ,official ,local ,}currency {unit,name}",
        "{national,official,local} {currency,money,tender,legal tender}",
    ),
    "p:currency_code": (
        "currency {code,codes,abbreviation,acronym}",
        "{iso 4217,iso4217}{ code, currency code,}",
        "{three,3} letter {currency code,code for .. currency,code of .. currency,code .. money}",
        "{code,abbreviation} {for,of} .. {currency,money}",
        "{currency,money} .. {code,abbreviation}",
        "forex {code,symbol}",
    ),
    "p:languages": (
        "{lang,langs}",
        "{language,languages,tongue,tongues,mother tongue,mother tongues,lingua franca,linguistic,lingo,vernacular}",
        "{speak,speaks,spoken,speaking,speakers,speaker,spoke,talk,talked,converse,communicate,chat,understood}",
        "{language,tongue} {speak,spoken}",
        "get by {with,in,on}",
        "native {speech,language,languages,tongue}",
        "{first,main,common,everyday,primary,dominant,principal,majority,most common,most spoken,most widely spoken} "
        "{language,languages,tongue}",
        "{language,languages} {used,in use}",
        "phrasebook",
    ),
    "p:official": (
        "{official,national,state,administrative,government} {language,languages,tongue,tongues}",
        "{officially,official} .. {language,languages,speak,spoken}",
        "{language,languages} .. {official,officially}",
        "language{s,} of {government,administration,state}",
    ),
    "q:official": ("{official,officially}",),
    "p:neighbours": (
        "{border,borders,bordered,bordering}",
        "{neighbour,neighbours,neighbor,neighbors,neighbouring,neighboring,neighboured}",
        "{neighbour,neighbouring,neighboring,bordering,adjacent,adjoining,surrounding,border} "
        "{country,countries,state,states,nation,nations,land,lands}",
        "{adjacent,adjoin,adjoins,adjoining,abut,abuts,abutting,contiguous,frontier,frontiers,boundary,boundaries}",
        "{touch,touches,touching,surround,surrounds,surrounded,surrounding,flank,flanks,flanked,"
        "encircle,encircles,hem in,hems in}",
        f"{{share,shares,sharing,have,has,having,with}} {{a ,an ,any ,its ,their ,the ,}}{_BORDER}",
        f"{_BORDER} {{with,between,of,to}}",
        "{next door to,next to,right next to,alongside,side by side,beside,next door,around}",
        "{meet,meets,meeting} {at ,}.. border",
        "{international ,}borders {on,with,upon}",
        "border on",
        "land {neighbour,neighbours,neighbor,neighbors}",
        "geographic neighbours",
        "{enter,entered,enters,entering,cross,crossed,crossing,crosses} {directly ,straight ,}.. {by land,overland}",
        "{by land,overland} .. {enter,entered,entering,cross,crossed,crossing}",
    ),
    "p:continent": (
        "{continent,continents,subcontinent}",
        "{part,region,area,corner,bit} of the {world,globe,earth,planet}",
        "world region",
    ),
    "p:iso": (
        "{iso,iso 3166,iso 3166 1}{ code, codes, country code, abbreviation, standard code,}",
        "country {code,codes,abbreviation}",
        "{abbreviate,abbreviated}",
        "{code,abbreviation} {for,of} the {country,nation}",
    ),
    "p:iso2": (
        "{two,2} letter {iso,iso 3166,country}",
        "{two,2} {letter,letters,character,digit} {iso ,country ,iso country ,}{code,codes,abbreviation,"
        "country code,iso code}",
        "{iso ,iso 3166 ,iso 3166 1 ,}alpha {2,two}{ code, country code,}",
        "iso{2, 2}{ code,}",
    ),
    "p:iso3": (
        "{three,3} letter {iso,iso 3166,country}",
        "{three,3} {letter,letters,character,digit} {iso ,country ,iso country ,}{code,codes,abbreviation,"
        "country code,iso code}",
        "{iso ,iso 3166 ,iso 3166 1 ,}alpha {3,three}{ code, country code,}",
        "iso{3, 3}{ code,}",
    ),
    "p:isonumeric": (
        "{iso ,}{numeric,numerical} {iso ,country ,iso country ,}{code,codes,country code}",
        "iso {3166 ,3166 1 ,}{numeric,number}{ code,}",
        "iso country number",
    ),
    "p:tld": (
        "{country code ,country ,national ,}{top level,toplevel} {domain,domains,internet domain,domain name}",
        "{tld,tlds,cctld,cc tld}",
        "{internet,web} {country,national} {domain,domains,suffix,ending,extension,code}",
        "{internet,web,website,url,online,site} "
        "{domain,suffix,ending,extension,code,tld,country code,address ending,domain ending,domain suffix,"
        "address suffix}",
        "{domain,domains}{, suffix, extension, ending, name, code, names}",
        "{websites,web sites,web addresses,internet addresses,sites,urls,web pages,"
        "web address,website address,website,url,emails} .. "
        "{end,ends,ending,finish,finishes,have,use,get}{ in, with, on,}",
        "{end in,ends in,ending in,end with,ends with}",
        "{websites,web sites,web addresses,internet addresses,urls,web address,internet address,website}",
    ),
    "p:phone": (
        "{calling,dialling,dialing,telephone,phone,call,calls,dial,international calling,international dialling,"
        "international dialing,international phone,international telephone,international} "
        "{code,codes,prefix,country code,prefixes,number prefix,access code}",
        "{tel,telephone,phone} {country code,country prefix,code,prefix}",
        "country {calling,dialling,dialing,phone,telephone} {code,prefix}",
        "country {code,prefix} .. {dial,dialling,dialing,phone,phoning,call,calling,ring,telephone,calls}",
        "{code,prefix,number,numbers,digits} .. {dial,phone,phoning,call,calling,ring,telephone,telephoning}",
        "{dial,dialled,phone,phoning,ring,telephone,telephoning,call up,phone numbers,telephone numbers,phone number}",
        "{phone,telephone} {number,numbers} .. {start,begin,starting,beginning,starts,begins}{ with,}",
        "{digit,digits} .. {after,behind,following} the plus{ sign,}",
        "{dial,type,enter,put,key in,add} .. {before,in front of} .. {number,numbers}",
        "calling",
    ),
    "p:timezone": ("{what ,which ,}{time zone,timezone,time zones,timezones}",),
    "p:coords": (
        "{coordinates,coordinate,geocoordinates}",
        "{geographic,geographical,gps,map,exact} {coordinates,position,location,coords}",
        "{latitude and longitude,longitude and latitude,lat and long,lat long,lat lon,latitude longitude,lat "
        "and lon,coords,gps}",
        "where on {the ,a ,}map",
    ),
    "p:lat": ("{latitude,lat}", "how far {north,south}"),
    "p:lon": ("{longitude,long}", "how far {east,west}"),
    "q:where": (
        "{where,whereabouts,locate}",
        "where on {the globe,earth,the planet}",
        "location{s,}",
        "{located,situated,lie,lies,lying}",
        "in what place",
    ),
    "q:whatabout": ("{what about,how about,and what about}",),
    "q:howmany": (
        "{how many,number of,what number of,count of,count,the count,quantity of,tally of,how numerous}",
        "how many {different ,separate ,distinct ,}",
    ),
    "n:country": (
        "{country,nation,state,republic,kingdom,land,sovereign state,nation state,place,jurisdiction,"
        "destination,member,member state,member country}",
        "{country's,nation's}",
    ),
    "n:countries": (
        "{members,member states,member countries,member nations,countries,nations,states,republics,sovereign "
        "states,nation states,lands,places,territories,kingdoms,jurisdictions}",
        "{sovereign,independent} {countries,nations,states}",
    ),
    "q:where n:world": ("where in the world",),
    "n:city": ("{city,town,metropolis,megacity,urban area,urban centre,urban center,municipality,settlement,burg}",),
    "n:cities": (
        "{cities,towns,metropolises,megacities,urban areas,urban centres,urban centers,municipalities,settlements}",
    ),
    "n:world": (
        "{world,earth,globe,planet,worldwide,globally,anywhere}",
        "{on,in} {the ,this ,all the ,}{world,earth,globe,planet,whole world,entire world}",
        "{world's,earth's}",
    ),
    "sup:max": (
        "{largest,biggest,greatest,most,highest,top,maximum,vastest,hugest,leading,largest sized,heftiest}",
        "number one",
    ),
    "sup:min": ("{smallest,least,fewest,lowest,tiniest,littlest,minimum,bottom,teeniest,tiniest sized}",),
    "sup:max dim:density": (
        "{densest,most densely,most crowded,most congested,most packed,most dense,most tightly packed}",
    ),
    "sup:min dim:density": (
        "{sparsest,emptiest,most sparsely,most thinly,least densely,least crowded,least dense,most sparse}",
    ),
    "sup:max dim:population": (
        "most {populous,populated,peopled,inhabited,people,inhabitants,residents,citizens}",
        "{largest,biggest,greatest,highest} {population,number of people,number of inhabitants,populace}",
        "most people {live,living}",
        "{largest,biggest} by population",
    ),
    "sup:min dim:population": (
        "least {populous,populated,peopled,inhabited}",
        "{fewest,least,smallest number of,lowest number of} {people,inhabitants,residents,citizens}",
        "{smallest,lowest} {population,populace}",
    ),
    "sup:max dim:area": (
        "most {spacious,extensive,land,territory,space,ground}",
        "{largest,biggest,greatest} {area,land area,territory,surface,surface area,landmass,size,extent,expanse}",
        "{vastest,most expansive}",
        "most {area,land area,surface}",
    ),
    "sup:min dim:area": ("{smallest,least} {area,land area,territory,surface,surface area,land,size,extent}",),
    "sup:max dim:neighbours": (
        "most {neighbours,neighbors,borders,bordering countries,neighbouring countries,neighboring countries,"
        "land borders,border countries,adjacent countries,land neighbours,countries .. border}",
        "{largest,highest,greatest} number of {neighbours,neighbors,borders,bordering countries,land borders,"
        "neighbouring countries,neighboring countries}",
        "{borders,touches,neighbours,neighbors,adjoins} .. {most,largest number of,greatest number of} "
        "{countries,other countries,nations,states,other nations}",
        "{borders,touches,neighbours} the most",
    ),
    "sup:min dim:neighbours": (
        "{fewest,least} {neighbours,neighbors,borders,bordering countries,neighbouring countries,neighboring "
        "countries}",
    ),
    "sup:max dim:languages": ("most {languages,tongues}", "{largest,highest,greatest} number of languages"),
    "sup:max dim:density2": (
        "{highest,greatest} {population ,}density",
        "most {densely populated,densely settled,densely inhabited,thickly populated,tightly packed,densely peopled}",
        "most people per {square kilometre,square kilometer,square mile}",
    ),
    "sup:min dim:density2": (
        "{lowest,smallest,least} {population ,}density",
        "{most sparsely,most thinly,least densely} {populated,settled,inhabited,peopled}",
        "least {thickly populated,tightly packed}",
        "fewest people per {square kilometre,square kilometer,square mile}",
    ),
    "dim:population": (
        "{populous,populated,peopled,inhabited}",
        "by {population,number of people,headcount,inhabitants}",
    ),
    "dim:area": (
        "{by,in terms of,with regard to,in,going by,according to,measured by,ranked by} "
        "{area,land area,size,surface,surface area,territory,landmass,land mass,land,total area,territorial size}",
    ),
    "dim:population2": (
        "{by,in terms of,with regard to,going by,according to,measured by,ranked by,judging by} "
        "{population,population size,number of people,headcount,number of inhabitants,inhabitants,people}",
    ),
    "dim:population3": ("{population,populations,people} wise",),
    "dim:area3": ("{size,area} wise",),
    "dim:density": (
        "{crowded,dense,densely populated,densely settled,densely inhabited,thickly populated,congested,packed}",
        "by {population ,}density",
    ),
    "dim:sparse": ("{sparse,sparsely populated,sparsely settled,thinly populated,sparsely inhabited}",),
    "cmp:more": (
        "{more,bigger,larger,greater,higher,vaster,exceed,exceeds,exceeding,over,above,surpass,surpasses,"
        "beyond,outsize}",
        "{upwards of,in excess of,at least,no fewer than,no less than,not less than,a minimum of,or more,and "
        "more,plus}",
        "{more,greater,larger,higher,bigger} than",
        "{who,which} {wins,win,is ahead,leads,is in front}",
    ),
    "cmp:more as": ("as {big,large,vast,extensive,huge} as",),
    "cmp:more as dim:population": ("as {populous,populated,many people,many inhabitants} as",),
    "cmp:more dim:population": (
        "{outnumber,outnumbers}",
        "more {populous,populated,people,inhabitants,residents,citizens}",
        "{larger,bigger,greater,higher} {population,number of people,number of inhabitants,populace}",
    ),
    "cmp:more dim:area": (
        "{larger,bigger,greater} {area,land area,territory,surface,surface area,landmass,size}",
        "more {land,territory,space,area,ground,spacious,extensive,surface}",
    ),
    "cmp:more dim:density": (
        "denser",
        "more {densely populated,crowded,densely settled,dense,thickly populated,densely inhabited,packed}",
        "{higher,greater,larger} {population ,}density",
    ),
    "cmp:less dim:density": (
        "sparser",
        "{less densely,more sparsely,less thickly,more thinly} {populated,settled,inhabited}",
        "{lower,smaller} {population ,}density",
        "less {crowded,dense}",
    ),
    "cmp:more dim:neighbours": (
        "more {neighbours,neighbors,borders,bordering countries,neighbouring countries,land borders}",
        "{borders,touches} more {countries,nations,states}",
    ),
    "cmp:less dim:neighbours": (
        "{fewer,less} {neighbours,neighbors,borders,bordering countries,neighbouring countries}",
    ),
    "cmp:less": (
        "{smaller,fewer,less,lower,under,below,tinier,beneath,at most,up to,no more than,not more than,or "
        "less,or fewer}",
        "{fewer,less,smaller,lower} than",
        "{not exceeding,short of,a maximum of}",
    ),
    "cmp:less dim:population": (
        "less {populous,populated,people}",
        "fewer {people,inhabitants,residents,citizens}",
        "{smaller,lower} {population,number of people,number of inhabitants,populace}",
    ),
    "cmp:less dim:area": (
        "{smaller,lesser} {area,land area,territory,surface,surface area,landmass,size}",
        "less {land,territory,space,area,ground}",
    ),
    "cmp:between": ("between",),
    "cmp:equal": ("{same,identical,equal,share,shares,shared,in common}",),
    "diff": (
        "{difference,differ,differs,gap,by how much,by how many,margin,differential}",
        "by how many {square kilometres,square kilometers,square km,people,inhabitants}",
        "how much {bigger,larger,more,smaller,less,greater,fewer,higher,lower,denser}",
        "how many {more,fewer}",
    ),
    "diff dim:population": (
        "{how many,by how many} {more ,fewer ,}{people,inhabitants,residents,citizens} {more,fewer}",
        "how many {more,fewer} {people,inhabitants,residents,citizens}{ live,}",
    ),
    "diff dim:neighbours": ("how many {more,fewer} {neighbours,neighbors,borders,bordering countries}",),
    "diff dim:area": (
        "how many {more,fewer} square {kilometres,kilometers,miles}",
        "how much more {land,space,area,territory}",
    ),
    "ratio": ("how many times", "{times,ratio,proportion,multiple}", "how many times {as,bigger,larger,more,over,the}"),
    "agg:sum": (
        "{total,combined,sum,altogether,together,in total,collectively,joint,put together,add up,added up,"
        "aggregate,jointly}",
        "{sum total,in all,all told,summed,add,taken together,all together}",
    ),
    "agg:mean": ("{average,mean,on average,typical}",),
    "only": ("{only,solely,exclusively,just,sole}",),
    "q:code": ("{code,abbreviation,symbol}",),
    "polite": (
        "{after,behind,following} {the ,a ,}plus{ sign,}",
        "{can never remember,could never remember,never remember,never know,keep forgetting,always forget}",
    ),
    "q:both": ("{both,each of}",),
    "q:is": ("{whether,is it true,true,correct,right,is it correct,is it so,is that so,is that right}",),
    "q:whose": ("whose",),
    "v:use": (
        "{use,uses,used,using,accept,accepts,accepted,adopted,adopt,adopts,in use,circulate,circulates,in circulation}",
        "{shop,shops,store,stores,merchants,traders,vendors,sellers,shopkeepers,markets,restaurants} .. "
        "{take,takes,accept,accepts}",
        "{denominated,quoted}{ in,}",
    ),
    "v:is_in": ("{belong,belongs,belonging,part of,member of,members of,within,inside}",),
    "neg": (
        "{not,except,excluding,other than,besides,apart from,neither,nor,non,isn t,doesn t,don t,aren t,"
        "without,excluded}",
    ),
    "time": (
        "{ago,formerly,historically,historic,historical,ancient,medieval,century,centuries,decade,decades,"
        "era,antiquity}",
        "{in the past,used to be,back then,in the future,going to be,next year,last year,yesterday,tomorrow,"
        "at the time}",
        "{previous,previously,prior,earlier,old capital,first capital,original,originally,before,after,since,"
        "until,till}",
        "{during,forecast,projected,predicted,projection,will be,will .. have,by the year,in the year,future,"
        "prehistoric}",
        "{last,oldest,newest,next,past} {capital,currency,census}",
        "{old,older,former} {capital,currency,name,money,capitals}",
        "{1st,2nd,3rd} century",
    ),
}
"""Meaning → patterns. A meaning with two ids stands for both."""

UNSUPPORTED: Final[dict[str, tuple[str, ...]]] = {
    "heads of state and government": (
        "{president,prime minister,king,queen,monarch,emperor,chancellor,leader,ruler,head of state,head of government,"
        "premier,minister,governor,mayor,sultan,emir,dictator,vice president,first lady,prince,princess,presidents}",
    ),
    "economic figures": (
        "{gdp,gnp,economy,economic,income,inflation,richest,poorest,wealthiest,rich,poor,unemployment,exports,imports,"
        "wealth,debt,budget,export,import,industry,trade,exchange rate,interest rate,gross domestic product,hdi}",
        "{minimum wage,cost of living,tax,taxes,salary,per capita}",
    ),
    "physical geography": (
        "{mountain,mountains,highest point,peak,river,rivers,lake,lakes,elevation,altitude,sea level,volcano,volcanoes,"
        "desert,deserts,coastline,coast,island,islands,"
        "sea,ocean,waterfall,canyon,forest,forests,landlocked,highest peak,"
        "glacier,bay,peninsula,tallest,longest,deepest,height,depth,coastal,beach,beaches}",
    ),
    "climate and weather": (
        "{weather,climate,temperature,rain,rainfall,snow,hottest,coldest,hot,cold,sunny,humid,forecast for}",
    ),
    "symbols such as flags and anthems": (
        "{flag,flags,anthem,national anthem,coat of arms,motto,national animal,national bird,national flower,emblem,"
        "national sport,national dish,nickname,symbol}",
    ),
    "history": (
        "{independence,independent since,founded,founder,established,war,wars,"
        "battle,revolution,history,colony,colonised,"
        "colonized,colonial,treaty,invaded,conquered,dynasty,discovered,oldest,age}",
    ),
    "distances and travel": (
        "{distance,how far,far,flight time,how long,airport,airports,visa,passport,hotel,hotels,"
        "train,trains,drive,driving,"
        "airline,airlines,road,roads,railway,nearest,closest}",
        "how do i get",
        "{what time,local time,time difference,clock,daylight saving}",
    ),
    "society and culture": (
        "{religion,religions,religious,food,dish,cuisine,culture,university,"
        "universities,literacy,life expectancy,birth rate,"
        "death rate,army,military,football,soccer,team,world cup,olympic,olympics,"
        "crime,famous,celebrity,music,author,median age,"
        "ethnic,ethnicity,alphabet,script,parliament,party,election,elections,law,laws,education,happiest,safest,"
        "wine,beer,singer,growth,growth rate,doctors,cars,internet users,murder rate,gender}",
        "{tourist,tourists,tourism,attractions,landmark,landmarks,monument,stadium}",
    ),
    "parts of a population": (
        "{women,men,woman,man,children,child,males,females,male population,female population,adults,boys,girls,babies,"
        "elderly,teenagers,foreigners,immigrants,migrants,voters,workers,soldiers,pensioners,catholics,muslims,christians,"
        "jews,buddhists,hindus,protestants,percent,percentage,per cent,share of,proportion of,fraction of}",
    ),
    "the use of land": ("{land,area,land area} {use,used}", "uses of land"),
    "area codes of regions": ("area {code,codes}",),
    "postal codes": ("{postal code,postal codes,zip code,zip codes,postcode,postcodes,post code,zip}",),
    "other planets and moons": (
        "{mars,venus,saturn,mercury,neptune,uranus,pluto,moon,planets,titan,galaxy,exoplanet}",
    ),
}
"""Topics that the tables say nothing about, so that the abstention can name them."""

_SPELLED = """
capital population populations inhabitants currency currencies language languages neighbours neighbors neighbouring
bordering borders continent density country countries kilometres kilometers populous populated coordinates latitude
longitude timezone largest smallest biggest million billion square domain official spoken territory dialling located
"""


@cache
def phrasebook() -> Phrasebook:
    """The phrases, expanded once."""
    return Phrasebook({**PHRASES, **{f"no:{topic}": patterns for topic, patterns in UNSUPPORTED.items()}})


@cache
def spelling() -> Gazetteer:
    """The words whose misspellings are undone."""
    # One entity for all: forms of one word must not stand in each other's way.
    return Gazetteer([(word, "word") for word in _SPELLED.split()], never=("county", "counties"))

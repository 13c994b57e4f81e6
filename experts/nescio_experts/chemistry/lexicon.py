"""How people ask for a property of an element: some thousand phrases. Data, no logic; the rest is in `operators`.

Patterns are `nescio_experts.grounded.expand`'s. Keys are those of `nescio_experts.chemistry.properties`, and three that
the parser resolves: ``liquefy`` (melting or condensing), ``heavy`` (weight or density), ``discovery`` (who and when).
"""

from __future__ import annotations

_TEMP = "{temperature,temperatures,temp,temps,point,points,pt,pts,threshold,mark}"
_VAPOUR = "{gas,gaseous,vapor,vapour,a gas,a vapor,a vapour}"
_LIQUID = "{liquid,a liquid,molten,fluid,runny}"
_BIG = "{high,great,large,big,strong}"
_IONIZE = "{ionization,ionisation,ionizing,ionising}"
_DISCOVER = (
    "{discover,discovered,discovers,discovering,find,found,finding,isolate,isolated,isolating,identify,"
    "identified,detected}"
)
_MADE = "{made,produced,created,prepared,obtained,synthesized,synthesised,reported,extracted}"
_VAPORIZE = "{vaporization,vaporisation,evaporation}"

PROPERTY_PHRASES: dict[str, tuple[str, ...]] = {
    "melting_point": (
        "{melting,fusion,freezing,solidification,solidifying,liquefaction} " + _TEMP,
        "{melt,melts,melting,melted,meltingpoint,thaw,thaws,defrost,freeze,freezes,freezing,solidify,solidifies}",
        "{m p,mp,mpt,tm,t m,melt point,melt temp,melt temperature,freezing pt,melting pt,point of fusion}",
        "{become,becomes,turn,turns,turning,go,goes,change,changes} {,in}{to ,}molten",
        "{go,goes,turn,turns,change,changes,pass,passes,transition,transitions} from {a ,}solid {in,}to {a ,}liquid",
        "{solid,solids} {to ,}{a ,}{liquid,liquids} {transition ,phase transition ,change ,}{point,temperature,"
        "temp,transition}",
        "{become,becomes,turn,turns,go,goes} {,in}{to ,}{solid,a solid}",
        "{stop{s,} being,no longer} {a ,}solid",
        "{below,under} {what,which} {temperature,temp} .. {solid,frozen}",
        "above {what,which} {temperature,temp} .. {liquid,molten}",
        "{temperature,temp} {of,for} fusion",
        "{melts,melt,melted,melting} {into a ,to a ,into ,to }{liquid,puddle}",
        "{turn,turns,turning,go,goes,become,becomes} .. molten",
    ),
    "liquefy": (
        "{become,becomes,becoming,get,gets,go,goes} " + _LIQUID,
        "{turn,turns,turning,change,changes,make,makes} {,in}{to ,}" + _LIQUID,
        "{turn,turns,turning,change,changes,make,makes,transform,transforms} .. {liquid,molten}",
        "{liquefy,liquefies,liquify,liquifies,liquefied,liquefying,liquid point}",
    ),
    "boiling_point": (
        "{boiling,vaporization,vaporisation,vaporizing,evaporation,condensation,boil,sublimation,condensing} " + _TEMP,
        "{boil,boils,boiling,boiled,boilingpoint,vaporize,vaporizes,vaporise,vaporises,condense,condenses,evaporate}",
        "{evaporates,sublime,sublimes,sublimate,b p,bp,bpt,tb,t b,boiling pt,boil off,boils off,boil away,boils away}",
        "{become,becomes,becoming,turn,turns,turning,change,changes,go,goes,make,makes} {,in}{to ,}" + _VAPOUR,
        "{turn,turns,turning,change,changes,make,makes,transform,transforms} .. {gas,vapor,vapour,gaseous}",
        "{go,goes,turn,turns,change,changes,pass,passes} from {a ,}liquid {in,}to {a ,}{gas,vapor,vapour}",
        "{liquid,liquids} {to ,}{a ,}{gas,vapor,vapour} {transition ,phase transition ,change ,}{point,"
        "temperature,temp,transition}",
        "stop{s,} being {a ,}liquid",
        "above {what,which} {temperature,temp} .. {gas,gaseous,vapor,vapour}",
        "{below,under} {what,which} {temperature,temp} .. liquid",
    ),
    "critical_temperature": ("critical {temperature,temp,point temperature}",),
    "critical_pressure": ("critical {pressure,point pressure}",),
    "triple_point_temperature": ("triple point{, temperature, temp}", "{temperature,temp} of the triple point"),
    "triple_point_pressure": ("triple point pressure", "pressure {of,at} {the ,its ,}triple point"),
    "density": (
        "{density,densities,dense,denseness,volumetric mass,mass density,relative density}",
        "{specific gravity,compactness}",
        "{mass,weight,grams,kilograms,kilos} per {unit ,}{volume,cc,milliliter,millilitre,ml}",
        "{mass,weight,grams,kilograms,kilos,weigh,weighs} .. {a,per,each,every,one} {cubic,cc,ml,milliliter,"
        "litre,liter}"
        " {centimeter,centimetre,cm,meter,metre,of,}",
        "{1,one,a,single} cubic {cm,centimeter,centimetre,m,meter,metre} .. {weigh,weighs,mass,have,heavy}",
        "{weigh,weighs,weight,heavy,mass} .. {cubic,cube} {centimeter,centimetre,cm,meter,metre,}",
        "{cubic centimeter,cubic centimetre,cubic meter,cubic metre} .. {weigh,weighs}",
        "{grams per cubic cm,g per cc,mass of {1,one,a} cubic {centimeter,centimetre,cm}}",
        "rho",
        "{1,one,a} {cm3,cc,ml,cm³} .. {weigh,weighs,mass,have,heavy,weight}",
        "{weigh,mass,weight,heavy} .. {1,one,a} {cm3,cc,ml,cm³}",
        "{tightly,closely,densely} packed",
        "{how much ,}{mass,matter} .. {fits,fit,packed,contained} .. {cubic,volume,cc} {centimeter,centimetre,cm,}",
        "{g,kg,mass,weight} of {one,a,1} {cc,ml,cubic centimeter,cubic centimetre,cubic meter,cubic metre}",
    ),
    "atomic_number": (
        "{atomic,element,proton,periodic} {number,numbers,no,num,nr}",
        "number {in,on,of} {the ,}{periodic ,}table{, of elements,of the elements}",
        "{number,no} .. {in,on} the periodic table",
        "{periodic table number,z value,z number,nuclear charge,charge number}",
        "{what,which} number {is,does,element}{, is}",
        "{tell me,give me,i need} the number {for,of}",
        "{z of,z for,number of element}",
    ),
    "place": (
        "{position,place,location,spot,slot,where} .. {periodic table,table of elements,periodic system}",
        "{position,place,location,spot,slot,where} .. {in,on} the {periodic table,table of elements,periodic system}",
        "{position,place,location,placement} {in,on} {the ,}periodic table",
    ),
    "protons": (
        "{how many ,number of ,no of ,count of ,amount of ,}proton{s,}",
        "proton count",
        "{positive charges,positively charged particles}",
        "{protons are ,are the protons ,protons }{in,inside} {the ,its ,}{nucleus,core,nuclei}",
    ),
    "electrons": (
        "{how many ,number of ,no of ,count of ,amount of ,total ,}electrons",
        "electron count",
        "electrons {orbit,surround,circle} {the ,its ,}nucleus",
    ),
    "neutrons": ("{how many ,number of ,no of ,count of ,}neutron{s,}", "neutron {count,number}"),
    "mass_number": ("mass number{s,}", "nucleon number", "{how many ,number of ,}nucleons"),
    "atomic_weight": (
        "{atomic,standard atomic,relative atomic,elemental} {weight,weights,mass,masses}",
        "{mass,weight} of {an ,a ,one ,a single ,1 ,}atom{s,}",
        "{atom,atoms} {weigh,weighs}",
        "{weight,mass,masses,weights,weigh,weighs,atomic wt,at wt,aw,amu,atomic mass unit,atomic mass units,daltons}",
    ),
    "molar_mass": (
        "molar {mass,masses,weight}",
        "{weight,mass,grams,weigh,weighs} .. {mole,mol}",
        "{mole,mol} .. {weigh,weighs,weight,mass,grams}",
        "gram atomic mass",
    ),
    "heavy": ("{how ,}{heavy,heaviness}",),
    "symbol": (
        "{chemical ,atomic ,element ,elemental ,periodic table ,}{symbol,symbols,abbreviation,abbreviations,sign}",
        "{abbreviated,abbreviate,symbolized,symbolised,symbolised as,notation,letter code,chemical code,shorthand}",
        "{which,what} {letter,letters} {symbolise,symbolize,denote,represent,designate,abbreviate}",
        "{letter,letters} {symbolise,symbolize,denote,represent,designate,abbreviate}{s,}",
        "{one,two,1,2} {letter,letters}{, are used, is used}{, for}",
        "{letter,letters} {stand,stands,represent,represents,denote,denotes,is used,are used,symbolise,"
        "symbolize}{, for}",
        "{how .. written,letters of,letter or letters,what letters,which letters,which letter,what letter,initials}",
        "{represented,denoted,abbreviates,abbreviate} {by,to,in,on,as} {the periodic table,}",
    ),
    "name": (
        "{goes by,known by}",
        "{name,called,names,full name,element name,stand for,stands for,go by,denote,denotes,represent,represents}",
        "{known as,correspond to,corresponds to,belong to,belongs to,designate,designates,refer to,refers to}",
    ),
    "electronic_configuration": (
        "{electron,electronic,orbital,ground state electron,ground state electronic,full electron} "
        "{configuration,configurations,config,configs,structure,arrangement,layout}",
        "{econf,electrons .. arranged,arrangement of {the ,its ,}electrons,electron shell configuration}",
        "{electrons .. {distributed,configured,organized,organised},configuration of {the ,its ,}electrons}",
        "{ground state ,}configuration",
        "electron {shell structure,shells,orbitals,distribution}",
    ),
    "en_pauling": (
        "{pauling ,}{electronegativity,electronegativities,electronegative,electro negativity,electro negative}"
        "{, value, number, on the pauling scale, pauling}",
        "strongly .. {attract,attracts,pull,pulls} .. electrons",
        "{tendency,ability,power} .. attract .. electrons",
        "{pauling {value,number},electron attracting power,en value,pull on electrons,attract{s,} electrons}",
        "pauling scale",
        "{en of,en for,en value}",
    ),
    "en_allen": ("allen electronegativity", "electronegativity .. allen {scale,}", "allen scale"),
    "ionization_energy": (
        "{1st ,first ,initial ,}" + _IONIZE + " {energy,energies,potential,potentials,enthalpy}",
        "{ie1,ie 1,first ie,1st ie,i1 of,ie of}",
        "{ionize,ionise,ionizes,ionises,ionizing,ionising,ionization,ionisation}",
        "{minimum,least,smallest,lowest} energy .. {ionize,ionise,remove .. electron}",
        "{energy,energies} .. {ionize,ionise,ionized,ionised,ionizing,ionising}",
        "{energy ,}.. {remove,removes,removing,strip,strips,knock,pull,detach,rip,take,eject} {off ,out ,away ,}"
        "{an ,one ,the first ,the outermost ,its first ,its outermost ,a single ,1 ,the ,}{electron,outer electron}",
        "{remove,removing,strip,stripping,knock,knocking,detach,rip,eject} .. electron",
    ),
    "electron_affinity": (
        "electron affinit{y,ies}",
        "{ea of,ea for,electron gain enthalpy,electron gain energy}",
        "affinity for {an ,}electron{s,}",
        "{energy ,}.. {released,gained,given off} .. {gains,adds,accepts,captures,adding,gaining} .. electron",
    ),
    "group": (
        "{group,groups,family number,group number,vertical column,column,columns}{, of the periodic table, number}",
    ),
    "period": ("{period,periods,period number,row,rows,row number}{, of the periodic table}",),
    "block": ("{block,blocks,orbital block,electron block,{s p d f,spdf,s p d or f} block,subshell block}",),
    "series": (
        "{series,category,categories,family,classification,class,kind of element,type of element,sort of element}",
        "{element {type,category,family,class,group name},classified{, as},chemical {series,family,class,group}}",
        "{kind,type,sort} of {a ,an ,}{element,metal,substance}",
        "{classify,categorize,categorise,classed,grouped,categorized,categorised}",
        "{metal nonmetal or metalloid,metal or {a ,}nonmetal,metal or {a ,}non metal,metal metalloid or nonmetal}",
    ),
    "atomic_radius": (
        "{atomic ,atom ,}{radius,radii,size,sizes}",
        "how {big,large,wide,small,tiny} .. {atom,atoms}",
        "{size,radius} of {an ,a ,one ,the ,}atom{s,}",
    ),
    "covalent_radius_pyykko": ("covalent {radius,radii,size,bond radius}", "single bond {covalent ,}radius"),
    "vdw_radius": ("{van der waals,van der waal,vdw,vander waals,vanderwaals} {radius,radii,size}",),
    "metallic_radius": ("metallic {radius,radii}",),
    "discovery_year": (
        "{discovery,finding,isolation} {year,years,date,dates}",
        "{year,date,years,time} {of ,was the ,of its ,}{discovery,discovered,found,isolated}",
        "{when,what year,which year,in what year,in which year,year,date,how long ago,what date} .. " + _DISCOVER,
        "{when,what year,which year,year,date,how long ago} .. {discovery,first discovered,first isolated,known}",
        "{when,what year,which year,year} .. first " + _DISCOVER,
        "{when,what year,which year,year} .. first " + _MADE,
        "{when,what year,which year,year} .. {synthesized,synthesised}",
    ),
    "discoverers": (
        "{discoverer,discoverers,discovered by,found by,isolated by,finder}",
        "{who,whom,which {person,people,scientist,scientists,chemist,chemists},by whom,what {scientist,chemist}} .. "
        + _DISCOVER,
        "{who,whom} .. first " + _DISCOVER,
        "{who,whom} .. first " + _MADE,
        "{who,whom} .. {synthesized,synthesised}",
        "{who,whom} .. {the ,}first to " + _DISCOVER,
        "{who,whom} .. " + _DISCOVER + " .. first",
        "{who,whom} .. {discovery,credited,credit,come across}",
        "{who,whom} .. {credited,credit} .. {discovery,discovering,finding}",
        "{credited,credit} .. {discovery,discovering,finding}",
        "{person,people,scientist,scientists,chemist,chemists,man,woman} .. " + _DISCOVER,
        "{discoverers,discoverer} of",
        "{thank,thanks} for {discovering,finding,isolating}",
    ),
    "discovery_location": (
        "{where,which country,what country,place,location,whereabouts} .. {first found,discovered,discover,isolated}",
        "{which country,what country,in which country} .. {found,discovered,isolated,identified}",
        "{where,which country,what country} .. first " + _DISCOVER,
        "{country,place,location} where .. {discovered,found,isolated,discovery}",
        "{country,place,location} .. {discovered,first found,isolated,discovery}",
        "{place,country,location,site} of {discovery,its discovery}",
        "discovery {location,place,country,site}",
        "{where,which country,what country} .. {discovery,first discovered,first found,first isolated}",
    ),
    "discovery": ("{discovered,discovery,discoveries,discover,discovering,discoverers,discoverer}",),
    "finding": ("{found,find,finding,isolate,isolated,came across,come across,identified,first known}",),
    "oxidation_states": (
        "{main ,common ,usual ,possible ,typical ,stable ,}{oxidation,oxydation} {state,states,number,numbers}",
        "{valency,valences,valencies,oxidation}",
    ),
    "abundance": (
        "{how ,}{abundant,abundance,plentiful,common,rare,widespread,prevalent,scarce}",
        "{how ,}much .. {is there,exists,do we have,is present,is found,present}",
        "{concentration,content,share,proportion}",
    ),
    "abundance_crust": (
        "{crustal abundance,crust abundance,crustal,abundance of .. crust}",
        "{earth s crust,crust} {abundance,concentration,content}",
        "{in,of,within} {the ,}{earth s ,earth ,continental ,}crust{, of the earth}",
        "{make,makes} up .. {crust,earth s crust}",
    ),
    "abundance_sea": (
        "{sea,ocean,oceanic,seawater,marine} {water ,}{abundance,concentration,content}",
        "{dissolved ,}in {the ,}{sea,seas,ocean,oceans,seawater,ocean water,sea water}",
    ),
    "specific_heat_capacity": (
        "{specific heat,heat capacity,thermal capacity,specific heat capacity,specific thermal capacity}{, capacity}",
        "{heat,energy} .. {warm,raise,heat} .. {gram,degree}",
        "{specific heats,heat capacities}",
    ),
    "molar_heat_capacity": ("molar {heat capacity,specific heat,heat capacities,thermal capacity}",),
    "thermal_conductivity": (
        "{thermal,heat} {conductivity,conductivities,conductance,conduction,conductor,transport}",
        "{conductivity,conduction} {of,for} heat",
        "{conduct,conducts,conducting,carry,carries,transfer,transfers,transmit,transmits} {heat,thermal energy}",
    ),
    "fusion_heat": (
        "{heat,enthalpy,latent heat,energy} of {fusion,melting}",
        "{fusion,melting} {heat,enthalpy,energy}",
        "{energy,heat} .. {melt,melting} .. {mole,mol}",
        "{energy,how much heat,amount of heat,heat needed,heat required,heat it takes} .. {melt,melting,liquefy}",
        "{energy,heat} .. {fuse,fusing}{, .. mole}",
        "{latent heat of fusion,molar heat of fusion,latent heat for melting}",
        "{heats of fusion,enthalpies of fusion}",
    ),
    "evaporation_heat": (
        "{heat,enthalpy,latent heat,energy} of {" + _VAPORIZE[1:-1] + ",boiling,vapourisation,vapourization}",
        "{" + _VAPORIZE[1:-1] + ",vapourisation} {heat,enthalpy,energy}",
        "{energy,heat} .. {vaporize,vaporise,boil,evaporate,boiling} .. {mole,mol}",
        "{energy,how much heat,amount of heat,heat needed,heat required} .. {vaporize,vaporise,boil,evaporate}",
        "{heats,enthalpies} of " + _VAPORIZE,
    ),
    "heat_of_formation": (
        "{heat,enthalpy} of formation{, of {the ,}gaseous {atom,atoms}}",
        "formation {heat,enthalpy}",
    ),
    "valence": (
        "{how many ,number of ,no of ,count of ,}{valence,valency,valance,outer shell,outer,outermost,bonding}"
        " {electrons,electron count,electron}",
        "how many electrons .. {outer,outermost,valence,last,outside} {shell,level,orbit,energy level}",
        "electrons .. {outer,outermost,valence,last,outside} {shell,level,orbit,energy level,}",
        "valence",
    ),
    "name_origin": (
        "{origin,origins,etymology,root,source,meaning,derivation} {of ,behind ,for ,}{the ,its ,}"
        "{name,word,names,symbol,}",
        "{after ,}{whom,who,what} .. named{, after, for}",
        "why .. {called,named,name}",
        "language .. name{, .. {from,come from,comes from,originate,originates}}",
        "{named after,named for,named in honor of,named in honour of,name come from,name comes from,namesake}",
        "{where .. name .. {come from,comes from,from,originate},name originate,name derive{,d},word .. {come,"
        "comes} from}",
        "{how .. {get,got,receive,received} .. name,name .. {mean,come,originate,derive,derived},etymology,"
        "name origin}",
        "{called .. after,name .. after,lend{s,} its name,gave its name,named .. after}",
    ),
    "phase": (
        "{state of matter,physical state,state of aggregation,aggregate state,physical phase,phase of matter,phase}",
        "{what,which} {state,phase,form}{, of matter} {is,does,of,do,would,will,are}",
        "{solid liquid or gas,solid {or ,}a {liquid or ,}gas,solid a liquid or a gas,solid liquid gas,"
        "liquid or {a ,}gas}",
        "{gas liquid or solid,gas a liquid or a solid,solid or {a ,}liquid,solid or {a ,}gas,gas or {a ,}liquid}",
        "{liquid solid or gas,liquid or {a ,}solid,gas or {a ,}solid,liquid a solid or a gas}",
        "{state of,the state,its state,standard state,natural state,room temperature state,state at}",
    ),
    "radioactive": (
        "{radioactivity,decay,decays,radioisotope,emit{s,} radiation}",
        "{stable or radioactive,radioactive or stable,stable or not,radioactive or not,radioactive or is it stable}",
    ),
    "isotopes": (
        "{stable ,}{isotopes,nuclides}",
        "{isotope,stable isotope}",
    ),
    "stable_isotope_count": (
        "{how many,number of,count of,count} {stable,nonradioactive,non radioactive} {isotopes,nuclides}",
        "stable isotope count",
    ),
    "isotope_count": (
        "{how many,number of,count of,count} {different ,known ,total ,}{isotopes,nuclides}",
        "total isotopes",
    ),
    "natural_isotopes": (
        "{how many ,number of ,count of ,}{natural,naturally occurring,naturally existing} {isotope,isotopes,nuclides}",
        "{how many,number of} {isotopes,nuclides} .. {occur,exist,are found} {naturally,in nature}",
        "{isotopes,nuclides} .. {occur,occurs,exist,found,occurring} {in nature,naturally}",
    ),
    "radioactive_isotope_count": ("{how many,number of,count of,count} {radioactive,unstable} {isotopes,nuclides}",),
    "most_abundant_isotope": (
        "{most {common,abundant,prevalent,plentiful},commonest,main,predominant,dominant} {natural ,"
        "naturally occurring ,}"
        "{isotope,nuclide}",
        "isotope .. {most {common,abundant,prevalent,plentiful},commonest,predominant}",
    ),
    "half_life": (
        "{half life,halflife,half lives,half time,t half}",
        "{how long,time} .. half .. {decay,decays,decayed,gone,disintegrate}",
        "how long .. half .. {decays,decay,decayed,gone,left}",
        "{half of .. decay,to decay by half}",
    ),
    "isotope_abundance": (
        "{natural,isotopic,isotope,relative} abundance",
        "abundance {in nature,naturally}",
        "{percentage,percent,fraction,share,proportion} of {natural ,naturally occurring ,}",
    ),
    "spin": ("{nuclear ,}spin{, quantum number}",),
    "dipole_polarizability": ("{dipole ,static dipole ,static ,}{polarizability,polarisability,polarizabilities}",),
    "lattice_structure": (
        "{crystal,lattice,crystalline} {structure,structures,system,type,form,arrangement,shape}",
        "{bravais lattice,how .. crystallize,how .. crystallise,crystallize,crystallizes,crystallise,crystallises}",
    ),
    "lattice_constant": ("{lattice,cell} {constant,constants,parameter,spacing}", "unit cell {length,size,edge}"),
    "cas": ("{cas,cas registry,chemical abstracts{, service, registry}} {number,no,id,identifier,}", "cas"),
    "uses": (
        "{used for,uses,applications,use for,good for,useful for,put to use,application,usage,purpose,purposes}",
        "{what .. used {in,for},used in,used to make}",
        "how is .. used",
    ),
    "sources": ("{obtained from,extracted from,sources,sourced from,mined from,ores,ore,raw material}",),
    "goldschmidt_class": (
        "goldschmidt {class,classification,category}",
        "{siderophile,lithophile,chalcophile} or",
    ),
    "atomic_volume": ("{atomic,molar} volume{s,}",),
    "proton_affinity": ("proton affinit{y,ies}",),
}

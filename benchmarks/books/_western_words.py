"""Words that Western applicants, streets, towns and firms are made of. Everybody who comes out of them is invented."""

from __future__ import annotations

from itertools import product

COUNTRIES = ("US", "UK", "DE", "FR", "ES")
US, UK, DE, FR, ES = range(5)


def _words(text: str) -> list[str]:
    return text.split()


def _joined(heads: str, tails: str) -> list[str]:
    return [a + b for a, b in product(heads.split(), tails.split())]


_ENGLISH_FIRST = _words(
    "James Mary John Patricia Robert Jennifer Michael Linda William Elizabeth David Barbara Richard Susan Joseph Jessica Thomas Sarah "
    "Charles Karen Christopher Nancy Daniel Lisa Matthew Betty Anthony Margaret Mark Sandra Donald Ashley Steven Kimberly Paul Emily "
    "Andrew Donna Joshua Michelle Kenneth Carol Kevin Amanda Brian Melissa George Deborah Edward Stephanie Ronald Rebecca Timothy Sharon "
    "Jason Laura Jeffrey Cynthia Ryan Kathleen Jacob Amy Gary Shirley Nicholas Angela Eric Helen Jonathan Anna Stephen Brenda Larry Pamela "
    "Justin Nicole Scott Samantha Brandon Katherine Benjamin Emma Samuel Ruth Gregory Christine Frank Catherine Alexander Debra Raymond "
    "Rachel Patrick Carolyn Jack Janet Dennis Virginia Jerry Maria Tyler Heather Aaron Diane Jose Julie Adam Joyce Nathan Victoria Henry "
    "Olivia Douglas Kelly Zachary Christina Peter Lauren Kyle Joan Walter Evelyn Ethan Judith Jeremy Megan Harold Andrea Keith Cheryl "
    "Christian Hannah Roger Jacqueline Noah Martha Gerald Gloria Terry Teresa Sean Ann Austin Sara Arthur Madison Lawrence Frances Jesse "
    "Kathryn Dylan Janice Bryan Jean Joe Abigail Jordan Alice Billy Julia Bruce Judy Albert Sophia Willie Grace Gabriel Denise Logan Amber "
    "Alan Doris Juan Marilyn Wayne Danielle Roy Beverly Ralph Isabella Randy Theresa Eugene Diana Vincent Natalie Russell Brittany Louis "
    "Charlotte Bobby Marie Philip Kayla Johnny Alexis Nigel Gemma Callum Imogen Graham Fiona Declan Bethany Rhys Holly"
)
_ENGLISH_LAST = _words(
    "Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Thomas Moore Martin Jackson Thompson White Lee Harris Clark "
    "Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Nelson Baker Hall Campbell "
    "Mitchell Carter Roberts Phillips Evans "
    "Turner Parker Collins Edwards Stewart Morris Murphy Cook Rogers Morgan Cooper Peterson Bailey Reed Kelly Howard Cox Ward Richardson "
    "Watson Brooks Wood James Bennett Gray Hughes Price Myers Long Foster Sanders Ross Powell Sullivan Russell Fisher Henderson Cole West "
    "Jordan Owens Reynolds Griffin Wallace Woods Hayes Bryant Graham Hamilton Cunningham Begum Patel Khan Singh Ahmed Hussain Shah Kaur"
)
_ENGLISH_MADE = _joined(
    "Ash Black Brad Hart Har Stan Win Whit Thorn Red Lang Mar Kings Wood Clay Brook Hol Ald Mil Nor Sut West Pem Rad Shel Ten Wal Hen Cran "
    "Dun Lin Mor Pres Roth Sher",
    "ford ley ton wood field worth well man son by more ham den stead croft combe bury gate low",
)
_GERMAN_FIRST = _words(
    "Anna Peter Ursula Michael Monika Thomas Petra Andreas Elisabeth Wolfgang Sabine Klaus Renate Jürgen "
    "Helga Günter Karin Stefan Brigitte "
    "Christian Ingrid Uwe Erika Werner Andrea Horst Gisela Frank Claudia Dieter Susanne Manfred Gabriele Gerhard Christa Heinz Stefanie "
    "Bernd Angelika Matthias Julia Helmut Katrin Martin Heike Rainer Birgit Jörg Marion Sven Tanja Lukas Mia Jonas Emilia Finn Lea Till "
    "Frieda Moritz Svenja Ali Ayşe Mehmet Fatma Nikola Jutta Ralf Silke Torsten Antje"
)
_GERMAN_LAST = _joined(
    "Stein Berg Wald Lind Acker Hof Bach Feld Brunn Eich Kirch Neu Alt Holz Rosen Sand Schön Weiß Grün Busch Hoch Eber",
    "mann bauer meier huber müller berger hardt baum ling ner",
) + _words(
    "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Koch Richter Klein Wolf "
    "Schröder Yılmaz Kaya Nowak Jäger Voß"
)
_FRENCH_FIRST = _words(
    "Marie Jean Nathalie Michel Isabelle Pierre Sylvie Philippe Catherine Alain Martine Nicolas Christine Christophe Françoise Patrick "
    "Valérie Laurent Sandrine Stéphane Stéphanie Thierry Véronique Frédéric Céline Olivier Chantal Éric "
    "Patricia Bernard Brigitte David Julie "
    "Pascal Monique Sébastien Aurélie Julien Nicole Daniel Laurence Bruno Annie Gérard Émilie Vincent "
    "Dominique Alexandre Virginie Guillaume "
    "Corinne Thomas Elodie Antoine Camille Hugo Manon Louis Inès Lucas Chloé Étienne Agathe Rémi Noémie Gaël Clémence"
)
_FRENCH_LAST = _joined(
    "Beau Mont Bel Font Char Dur Mar Per Lam Gau Cour Bou Ville Roche Val Clair Bon Car Des Ger",
    "champ mont fort val pré bois lier tin nier rand chet lot dier",
) + _words(
    "Martin Bernard Thomas Petit Robert Richard Dubois Durand Moreau Laurent Lefèvre Leroy Roux Fournier "
    "Girard Mercier Blanc Guérin Benali Traoré"
)
_SPANISH_FIRST = _words(
    "María Antonio Carmen José Josefa Manuel Isabel Francisco Ana David Laura Juan Cristina Javier Marta Daniel Dolores Carlos Lucía Jesús "
    "Pilar Alejandro Elena Miguel Sara Rafael Paula Pedro Raquel Ángel Mercedes Pablo Rosario Sergio "
    "Beatriz Fernando Teresa Jorge Nuria Luis "
    "Silvia Alberto Julia Álvaro Patricia Diego Irene Adrián Andrea Raúl Rocío Iván Mónica Rubén Alba "
    "Enrique Ángela Óscar Sonia Ramón Alicia "
    "Vicente Sandra Andrés Marina Joaquín Susana Santiago Yolanda Eduardo Natalia Víctor Margarita Mario "
    "Eva Roberto Inmaculada Jaime Claudia"
)
_SPANISH_LAST = _words(
    "García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Jiménez Ruiz Hernández Díaz Moreno Muñoz Álvarez Romero Alonso "
    "Gutiérrez Navarro Torres Domínguez Vázquez Ramos Gil Ramírez Serrano Blanco Molina Morales Suárez "
    "Ortega Delgado Castro Ortiz Rubio Marín "
    "Sanz Núñez Iglesias Medina Garrido Cortés Castillo Santos Lozano Guerrero Cano Prieto Méndez Cruz "
    "Calvo Gallego Vidal León Márquez Herrera "
    "Peña Flores Cabrera Campos Vega Fuentes Carrasco Diez Caballero Reyes Nieto Aguilar Pascual Santana "
    "Herrero Lorenzo Hidalgo Montero Ibáñez "
    "Giménez Ferrer Durán Santiago Vicente Benítez Mora Arias Vargas Carmona Crespo Román Pastor Soto "
    "Sáez Velasco Moya Soler Parra Esteban Bravo"
)
FIRST: tuple[list[str], ...] = (_ENGLISH_FIRST, _ENGLISH_FIRST, _GERMAN_FIRST, _FRENCH_FIRST, _SPANISH_FIRST)
LAST: tuple[list[str], ...] = (
    _ENGLISH_LAST + _ENGLISH_MADE,
    _ENGLISH_LAST + _ENGLISH_MADE,
    _GERMAN_LAST,
    _FRENCH_LAST,
    _SPANISH_LAST + [f"{a} {b}" for a, b in product(_SPANISH_LAST[::2], _SPANISH_LAST[1::2])],
)
"""Spaniards have two family names or give one."""

NICKNAMES = {
    "James": "Jim", "Robert": "Bob", "Jennifer": "Jen", "Michael": "Mike", "William": "Bill", "Elizabeth": "Liz", "David": "Dave",
    "Richard": "Rick", "Joseph": "Joe", "Thomas": "Tom", "Charles": "Charlie", "Christopher": "Chris", "Daniel": "Dan", "Matthew": "Matt",
    "Anthony": "Tony", "Steven": "Steve", "Andrew": "Andy", "Kenneth": "Ken", "Timothy": "Tim", "Katherine": "Kate", "Samuel": "Sam",
}  # fmt: skip

_STREET_ENGLISH = _words("Street Avenue Road Lane Drive Court Way Close Grove Gardens Hill Park Mews Crescent Terrace Walk Place Rise")
_TOWN_TAILS = _words("ton ville ham mouth burgh port stead haven shire bury dale ford")
STREETS: tuple[list[str], ...] = (
    [f"{a} {b}" for a, b in product(_ENGLISH_FIRST + _ENGLISH_LAST, _STREET_ENGLISH)],
    [f"{a} {b}" for a, b in product(_ENGLISH_LAST + _ENGLISH_FIRST, _STREET_ENGLISH)],
    [f"{a}{b}" for a, b in product(_GERMAN_LAST + _GERMAN_FIRST, ("straße", "weg", "allee", "ring", "gasse", "platz"))],
    [f"{b} {a}" for a, b in product(_FRENCH_LAST + _FRENCH_FIRST, ("rue", "avenue", "boulevard", "chemin", "rue de", "place"))],
    [f"{b} {a}" for a, b in product(_SPANISH_FIRST + _SPANISH_LAST, ("Calle", "Avenida de", "Plaza", "Paseo de", "Camino de", "Ronda"))],
)
TOWNS: tuple[list[str], ...] = (
    [f"{a}{b}{c}" for a, b, c in product(("", "New ", "Lake ", "Port "), _ENGLISH_LAST[10:40], _TOWN_TAILS[:6])],
    [f"{a}{b}{c}" for a, b, c in product(("", "East ", "North "), _ENGLISH_LAST[30:60], _TOWN_TAILS[4:10])],
    _joined(
        "Alten Neuen Nieder Ober Schwarzen Weißen Rothen Linden Eichen Buchen", "burg stadt bach brück hausen dorf au münde roda felde"
    ),
    [f"{a}{b}" for a, b in product(_FRENCH_LAST[:60], ("", "-sur-Mer", "-les-Bains"))],
    [
        f"{a} {b}"
        for a, b in product(
            ("Villa", "Torre", "Puente", "Fuente", "Castro", "Molinos", "Castillo", "Pozo"),
            ("del Río", "del Valle", "de la Sierra", "del Mar", "del Campo", "de Arriba", "la Nueva", "Real"),
        )
    ],
)
UNIT_WORDS = (
    ("Apt ", "Apt ", "#"),
    ("Flat ", "Flat ", "Apartment "),
    ("Whg ", "Whg ", "Wohnung "),
    ("apt ", "apt ", "appt "),
    ("piso ", "piso ", "piso "),
)
FIRM_TAILS = (
    ("Inc", "LLC", "Group", "and Sons", "PLC", "Ltd"),
    ("Ltd", "Group", "PLC", "and Sons", "Inc", "LLC"),
    ("GmbH", "AG", "KG", "GbR", "e.G.", "GmbH & Co. OHG"),
    ("SA", "S.A.R.L.", "S.A.S.", "et Fils", "SARL", "S.A."),
    ("S.L.", "S.A.", "S.L.U.", "S.Coop.", "y asociados S.C.P", "S.L.L."),
)
NOT_FIRMS = ("Self-employed", "Retired", "Student", "University", "Pensioner", "N/A", "None", "Unemployed", "Various")
NOT_FIRM_SHARES = (0.37, 0.15, 0.0, 0.0, 0.09, 0.065, 0.06, 0.04, 0.02)
"""The rest of those who name no firm are their own: `Miller Services`."""

MAIL_HOSTS: tuple[tuple[str, ...], ...] = (
    ("gmail.com", "gmail.com", "gmail.com", "icloud.com", "outlook.com", "yahoo.com", "hotmail.com", "aol.com", "comcast.net"),
    ("gmail.com", "gmail.com", "gmail.com", "icloud.com", "outlook.com", "yahoo.com", "hotmail.com", "btinternet.com", "hotmail.co.uk"),
    ("gmail.com", "gmail.com", "gmail.com", "icloud.com", "outlook.com", "yahoo.com", "hotmail.com", "web.de", "gmx.de"),
    ("gmail.com", "gmail.com", "gmail.com", "icloud.com", "outlook.com", "yahoo.com", "hotmail.com", "free.fr", "orange.fr"),
    ("gmail.com", "gmail.com", "gmail.com", "icloud.com", "outlook.com", "yahoo.com", "hotmail.com", "hotmail.es", "telefonica.net"),
)
MAIL_HANDLES = _joined(
    "happy silver wild sunny lucky crazy tiny royal sweet dark blue mad", "tiger fox moon star panda angel wolf cat gamer dragon rose otter"
)
AREA_CODES = (
    *(205, 206, 212, 213, 214, 215, 216, 303, 305, 312, 313, 314, 317, 323, 404, 407, 408, 412, 414, 415, 469, 480),
    *(502, 503, 510, 512, 513, 602, 612, 614, 615, 616, 617, 619, 702, 703, 704, 713, 718, 720, 727, 757, 773),
)
ISP_FIRST = ((24, 67, 71, 98), (81, 82, 86, 90), (79, 84, 87, 91), (78, 88, 92, 109), (77, 80, 83, 95))
"""First octets of the providers of each country."""
CARRIER_NAT = ("45.3.209.10", "45.162.8.10", "185.64.63.10", "185.222.118.10", "45.124.173.10")
VPN_PREFIXES = ("185.26.228", "185.185.27", "45.87.82")
"""Exits .20 to .24 serve honest people; farms rent whole ranges, some of them here."""

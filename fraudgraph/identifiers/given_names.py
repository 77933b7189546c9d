"""Short forms of given names: Bob is Robert. Only forms that are not themselves the name of a likely brother or sister."""

from __future__ import annotations

SHORT_FORMS = (
    "alexander alex al sandy xander", "alexandra alex sandra lexi", "alfred alf fred", "andrew andy drew", "anthony tony ant", "antonio tonio toni", "arthur art",
    "barbara barb babs", "benjamin ben benny", "bernard bernie", "bradley brad", "cameron cam", "catherine cathy cath cate kate", "charles charlie chuck chas", "charlotte charlie lottie",
    "christina chris chrissy tina", "christine chris chrissy", "christopher chris topher kit", "clifford cliff", "cynthia cindy", "daniel dan danny", "david dave davy", "deborah deb debbie debra", "donald don donny", "dorothy dot dottie",
    "douglas doug", "edward ed eddie ted ned", "eleanor ellie nell", "elizabeth liz lizzie beth betty eliza lisa", "emily em", "eugene gene", "francis frank", "francisco paco fran", "frederick fred freddie", "gabriel gabe", "geoffrey geoff", "gerald gerry jerry", "gregory greg",
    "harold harry hal", "heinrich heinz", "helmut helmi", "henry harry hank", "herbert herb", "jacob jake", "jacqueline jackie", "james jim jimmy jamie", "jeffrey jeff", "jennifer jen jenny", "jeremy jerry", "jessica jess jessie", "johannes hans", "john jack johnny jon", "jonathan jon jonny",
    "jose pepe", "josefa pepa pepita", "joseph joe joey", "joshua josh", "judith judy", "katherine kate kathy katie kath", "kathleen kathy kath katie", "kathryn kathy kate katie", "kenneth ken kenny", "kimberly kim", "lawrence larry laurie", "leonard len lenny leo", "lillian lily", "louis lou", "louise lou",
    "madeline maddie", "margaret maggie meg peggy marge margie", "maximilian max", "matthew matt matty", "melissa mel lissa", "michael mike mick micky", "michelle shelly", "natalie nat", "nathan nate", "nathaniel nate nat nathan", "nicholas nick nicky", "nicole nicky", "oliver ollie", "pamela pam", "patricia pat patty trish tricia", "patrick pat paddy",
    "peter pete", "philip phil", "phillip phil", "rachel rach", "randall randy", "raymond ray", "rebecca becky becca", "reginald reg", "richard rick dick rich ricky richie", "robert bob rob bobby robbie bert", "ronald ron ronnie", "russell russ", "samantha sam", "samuel sam sammy", "sebastian seb basti",
    "sharon shaz", "stephanie steph", "stephen steve", "steven steve", "stuart stu", "susan sue susie", "teresa terry tess", "theodore ted theo", "theresa terry tess", "thomas tom tommy", "timothy tim timmy", "valerie val", "veronica ronnie", "victor vic", "victoria vicky tori", "vincent vince vinny", "virginia ginny", "walter walt wally", "wilhelm willi willy",
    "william bill will billy willie liam", "zachary zach zack",
)  # fmt: skip
"""The full name first, then its short forms."""

_FORMS: dict[str, frozenset[str]] = {line.split()[0]: frozenset(line.split()[1:]) for line in SHORT_FORMS}


def same_given_name(a: str, b: str) -> bool:
    """Return whether one of two different given names is a short form of the other; two short forms of one name do not count."""
    return b in _FORMS.get(a, ()) or a in _FORMS.get(b, ())

"""The words that the Chinese books are made of: places, names, companies. Nobody and no company in them exists."""

from __future__ import annotations

import numpy as np


def listed(words: str) -> list[str]:
    """The words of a line."""
    return words.split()


SURNAMES = (
    "王李张刘杨陈周赵黄徐吴孙胡何朱高郭林罗马梁郑宋谢韩唐冯于董程萧曹袁文邓许沈曾傅彭吕卢苏蒋蔡"
    "贾丁杜薛余叶魏阎潘夏戴田汪姚任钟方姜廖范邹石金谭孔熊陆郝崔康秦江史顾侯邵孟龙万段雷钱汤尹黎"
    "易常武乔贺赖龚"
)
SURNAME_WEIGHTS = 0.046 * 0.957 ** np.arange(len(SURNAMES))
"""Common surnames first; a share of about 4.6 % falling by a twenty-fifth from one to the next, as in a large city."""

GIVEN = (
    "飞军平世莹祥磊伟永强兴全红玉然富鹏雨静龙燕明利勇宁新志英霞桂洋斌春武刚涵文俊宇峰晓雪怡涛建"
    "芳生广贵东杰娜福顺清义元敏梅艳立娟兰秀仁胜丽国海波良超学浩子欣佳健琳轩博山"
)

REGIONS: tuple[tuple[str, str, str], ...] = (
    ("420111", "湖北省武汉市", "洪山区"),
    ("340104", "安徽省合肥市", "蜀山区"),
    ("440106", "广东省广州市", "天河区"),
    ("350582", "福建省泉州市", "晋江市"),
    ("430104", "湖南省长沙市", "岳麓区"),
    ("310115", "上海市", "浦东新区"),
    ("330110", "浙江省杭州市", "余杭区"),
    ("440307", "广东省深圳市", "龙岗区"),
    ("110108", "北京市", "海淀区"),
    ("410105", "河南省郑州市", "金水区"),
    ("440306", "广东省深圳市", "宝安区"),
    ("510107", "四川省成都市", "武侯区"),
    ("110105", "北京市", "朝阳区"),
    ("370202", "山东省青岛市", "市南区"),
    ("320506", "江苏省苏州市", "吴中区"),
    ("310112", "上海市", "闵行区"),
)
"""Code of the division in an ID number, province and city, district."""

ROADS = listed(
    "工业大道 迎宾路 科技路 滨江路 中山路 友谊路 长江路 解放路 人民路 新华路 "
    "学府路 黄河路 文化路 建设路 春风路 朝阳路 金融街 青年路 和平路 光明街"
)
ESTATES = listed(
    "阳光花园 和谐家园 东方明珠 龙湖时代 碧桂园 翠湖苑 保利香槟 绿地新城 御景湾 万科城 金色港湾 幸福里 书香门第 恒大名都 锦绣家园"
)

CITIES = ["北京", "上海", "深圳", "广州", "苏州", "杭州", "成都", "泉州", "长沙", "武汉", "合肥", "郑州", "青岛"]
COMPANY_FIRST = list("鑫华中恒盛天金宏瑞德泰永嘉博远")
COMPANY_SECOND = list("达通源信业创联科丰诚利邦辉润和")
COMPANY_THIRD = list("鑫华恒天中盛")
INDUSTRIES = ["科技", "贸易", "商贸", "建筑工程", "物流", "餐饮管理", "信息技术", "电子"]

PHONE_PREFIXES = np.array(
    listed("130 131 132 133 135 136 137 138 139 150 151 152 157 158 159 166 173 176 177 178 180 181 182 183 185 186 187 188 189 198 199"),
    dtype=np.int64,
)
CARD_BINS = np.array([622202, 621700, 622848, 621661, 622588, 621483], dtype=np.int64)

CHANNELS = ("app", "sem", "partner_a", "dsp", "store", "partner_b", "wechat")
CHANNEL_WEIGHTS = (0.295, 0.15, 0.133, 0.119, 0.102, 0.098, 0.103)
STORE = CHANNELS.index("store")
GANG_CHANNELS = tuple(CHANNELS.index(name) for name in ("dsp", "partner_b", "sem", "app"))
GANG_CHANNEL_WEIGHTS = (0.365, 0.33, 0.2, 0.105)
AMOUNTS = np.array([3000, 5000, 8000, 10000, 20000, 30000, 50000], dtype=np.int64)
GANG_AMOUNTS = np.array([20000, 30000, 50000], dtype=np.int64)

FIRST_OCTETS = np.array([o for o in range(1, 223) if o not in (10, 60, 100, 127, 169, 172, 192)], dtype=np.int64)
"""First bytes of public addresses; 60 is kept for shops, 223 for the mobile carrier."""

NO_PHONE = ("00000000000", "11111111111", "13800138000")
NO_CONTACT = ("", "13800138000", "无")
NO_DEVICE = ("0000000000000000", "null", "unknown", "")
NO_CARD = ("", "0", "-")
NO_ADDRESS = ("无", "不详", "")
NO_EMPLOYER = ("", "无", "个体", "自由职业")
NO_IP = ("0.0.0.0", "10.0.0.1", "127.0.0.1", "192.168.1.1")
NO_WIFI = ("", "00:00:00:00:00:00", "02:00:00:00:00:00")

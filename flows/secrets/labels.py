"""What a number or a mixed word may be the number of, other than a code or a password: "mã bưu chính", "số bệnh án", "vé số".

Called by candidates.py. Phrases are folded, as people say them; each stands for a kind, and the kinds are what the
classifier learns from, so that a label nobody used in training still counts. Invariant: words only, no digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from flows.secrets.spelt import Token
from flows.secrets.tokens import tokens_of


class Label(NamedTuple):
    """A phrase that says of what a number is: its first token, the one after its last, and its kind."""

    first: int
    end: int
    kind: str


LONGEST = 3  # tokens of a phrase
LABELS = {
    "place": "xa|phuong|ma moi cua xa|o xa|tiep nhan|noi tiep nhan|co quan tiep nhan|ma tinh|ma xa|ma phuong|ma huyen|ma quan|ma vung|ma buu chinh|ma buu dien|buu chinh|buu cuc|zip|zip code|ma khu vuc|ma dia ban|ma quoc gia|"
    "ma co quan|co quan|ma don vi|don vi|ma dai ly|ma diem thu|diem thu|so nha|ngo|hem|ap|khom|to dan pho|toa nha|can ho|chung cu|lo dat|thua dat|to ban do|"
    "ma dia phuong|dia phuong|hanh chinh|danh muc|ma nganh|ma chuong|ma nuoc|dau so|ma bhxh huyen|khu pho|ma co so|co so|chi nhanh|cua hang|kho|quay thuoc|ki ot|sap",
    "person": "nv|ma so nhan vien|payslip|bang luong|phieu luong|ma nhan vien|nhan vien|ma hoc sinh|ma sinh vien|hoc sinh|ma giao vien|ma can bo|ma khach hang|khach hang|ma kh|ma thanh vien|thanh vien|ma hoi vien|"
    "hoi vien|ma cong nhan|cong nhan|so hieu|ma nv|ma hs|ma sv|mssv|msnv|ma dang vien|the dang|so bao danh|sbd|bao danh|the xe|the tu|the ra vao|the nhan vien|ma ctv|"
    "cong tac vien|ma tai xe|tai xe|ma shipper|ma xa vien|xa vien|quan so|ma nguoi dung|id|id game|uid|acc game|nick game|facebook|zalo|tiktok|ma gioi thieu|gioi thieu|so thanh vien",
    "health": "thuoc tru sau|phan bon|npk|benh an|ma benh|so benh an|so luu tru|luu tru|ma luu tru|so vao vien|so ra vien|vao vien|ra vien|nhap vien|xuat vien|toa thuoc|don thuoc|ma don thuoc|toa|thuoc|"
    "giuong|so giuong|so kham|ma kham|stt kham|phieu kham|kham benh|xet nghiem|ma y te|so y te|ma bn|ma benh nhan|benh nhan|icd|chan doan|ma kcb|kcb|vien phi|chup|sieu am|"
    "x quang|mau|so luu|tiem|mui tiem|ma tiem|vac xin|so suc khoe|giay ra vien|giay chuyen vien|chuyen vien|kham|ma vach thuoc|khoa|ma phieu kham|noi soi|dien tim|so tiem chung|huyet ap|duong huyet|mach|nhip tim|can nang|chieu cao|bmi",
    "paper": "to d02|d02|sheet|dong so|file|hang so|cot|ma ly do|ly do|ma loai|loai|ma nguon|lich hen|ma hen|ma lich hen|ho so|ma ho so|so ho so|to khai|bien lai|so bien lai|bien nhan|giay bien nhan|hoa don|so hoa don|ma hoa don|phieu|so phieu|ma phieu|phieu hen|giay hen|phieu thu|phieu chi|giay|"
    "so so|so quyen|quyen|seri|so seri|se ri|serial|so sri|hop dong|hd|so hop dong|quyet dinh|qd|cong van|cv|nghi dinh|nd|thong tu|tt|luat|van ban|ke hoach|giay phep|giay khai sinh|khai sinh|"
    "ket hon|chung tu|uy nhiem chi|bang ke|danh sach|mau|mau so|bieu mau|so cai|bang|chung chi|bang lai|gplx|ma so thue|mst|ma thue|thue|so dinh danh|dinh danh|ho chieu|passport|"
    "can cuoc|cccd|cmnd|cmt|chung minh|so the|the bhyt|the bao hiem|ma the|so bao hiem|so bhxh|ma bhxh|ma so bhxh|bhxh|bhyt|bhtn|ho khau|ma ho|ho gia dinh|hgd|ma doi tuong|doi tuong|ma hieu|so cong van|giay to|van bang|thong bao so|"
    "giay tam tru|tam tru|phieu xet nghiem|phieu bao|giay moi|giay xac nhan|to roi|trang so|to so|trang|don xin|don thu|don khieu nai|bien ban|so don|ma to khai|phieu tra ket qua|tra ket qua|ket qua",
    "post": "don hang|ma don|ma don hang|van don|ma van don|buu gui|ma buu gui|buu pham|buu kien|shopee|lazada|tiki|ghtk|ghn|viettel post|ship|giao hang|kien hang|ma kien|vnpost|ems|tracking|sendo|grab|be|xanh sm|dat xe|dat phong|dat ve|ma dat cho|dat cho|ve xe|ve may bay|ve tau|so ghe|ghe|chuyen bay",
    "lottery": "ve so|xo so|so so|trung so|trung|trung thuong|trat|truot|trat lat|giai|giai dac biet|dac biet|doc dac|an ui|giai tam|giai nhat|do so|do ve so|danh de|de|con de|so de|lo de|lo to|vietlott|vietlot|mega|power|kien thiet|dai|mua so|cap nguyen|to ve|ve cao|quay so|so hen|so may man|minh ngoc",
    "queue": "so thu tu|thu tu|stt|so stt|quay|quay so|lay so|boc so|boc|so boc|ticket|ticket so|luot|so luot|cho so|so cho|giay so|may lay so|den luot|goi so|so hang|xep hang",
    "error": "bao loi|ma kiem tra hinh|chu meo|go ky tu|cap cha|ma anh|hinh chu|loi|ma loi|err|error|error code|bug|bao loi|captcha|capcha|cap cha|catcha|ma hinh anh|ma hinh|hinh anh|ma kiem tra|ma bao ve|robot|nguoi may|ma captcha|chu nghieng|ky tu trong hinh|trong hinh|anh kiem tra|http|code loi|loi so|status",
    "money": "chenh lech|ho thu|tien thu|thu phi|tru tien|bi tru|hoan|thieu|thua|so tien|mua the|gia han|tien phat|tra gop|met|so tien|tien|phi|gia|luong|muc luong|muc dong|thu nhap|dong|nop|tro cap|phu cap|cuoc|so du|no|lai|lai suat|hoc phi|vien phi|tien dien|tien nuoc|tien phong|tam ung|thue bao|von|goc|hoan tien|chuyen khoan|phat|he so|muc|chi phi|tong cong|tong|ung|thuong",
    "bank": "so tai khoan|stk|tai khoan ngan hang|ngan hang|vietcombank|vcb|agribank|agri|vietinbank|bidv|sacombank|acb|techcombank|mbbank|mb bank|vpbank|tpbank|dong a|hdbank|kienlongbank|lienvietpostbank|atm|the atm|visa|momo|ma giao dich|giao dich|ma gd|so giao dich|so tham chieu|ma tham chieu|so but toan|ma chuyen khoan|vi dien tu|zalopay|noi dung chuyen khoan|chuyen tien|rut tien",
    "time": "nam|nam sinh|sinh nam|sinh|sinh ngay|ngay|ngay sinh|thang|tu thang|tu nam|den nam|den thang|tu|tu ngay|toi thang|toi nam|hoi nam|luc|hoi|khi|mung|ram|nghi huu nam|ve huu|giai doan|quy|ngay cap|ngay nop|nop ngay|nop hom|hom|ngay gio|nam hoc|khoa hoc|nien khoa|lich|am lich|tham nien",
    "vehicle": "the etc|etc|vetc|ve xe|ma chuyen|chuyen xe|tai trong|so chuyen|lenh van chuyen|bien so|bien so xe|bs|bang so|so xe|xe|so khung|so may|xe may|xe tai|xe hoi|oto|o to|dau keo|ro mooc|tau|ghe xuong|cap cuu|bien kiem soat|dang kiem|tem|phu hieu|may cay|may gat|may",
    "room": "phong|so phong|ma phong|tang|lau|lop|ma lop|zoom|meet|google meet|teams|meeting|hop|phong hop|phong zoom|mat so phong|ban|so ban|khu|day|cua|cua so|o so|buong|ky tuc xa|ban so|lop hoc|lop tap huan",
    "goods": "dong ho dien|chi so|chi so moi|so dien ke|dien ke|lo so|han dung|ma vach|ma sp|san pham|ma hang|hang|lo hang|so lo|lo|model|doi|doi may|phien ban|ban|version|ban cap nhat|imei|ma may|may so|so series|seri may|thuoc tru sau|phan bon|giong|con giong|thuc an|tem chong hang gia|ma qr|qr|kich thuoc|size|mau son|bao bi|ma giam gia|giam gia|khuyen mai|voucher|coupon|uu dai|ma qua tang|the cao|ma the cao|nap the|seri the|so dien|so nuoc|dong ho|cong to|dong ho dien|ma dien luc|dien luc|ma cap nuoc|cong suat",
    "tel": "tong dai|hotline|may le|so noi bo|noi bo|may ban|so ban|duong day nong|cuu thuong|canh sat|goi so|goi|fax|dau so dich vu|soan|soan tin|cu phap|gui toi so|bam phim|phim|nhanh",
    "count": "so luong|si so|tong so|khoang|hon|gan|duoi|tren|toi da|toi thieu|it nhat|nhieu nhat|dien tich|san luong|cong suat|dan so|so nguoi|so lao dong|so nhan khau|diem|so diem|diem thi|xep hang|ty le|hang|hang thu|thu hang|lan thu|thu",
}  # fmt: skip  # reason: reads as the table it is
SECRET_LABELS = {
    "otp": "otp|ma otp|ma xac thuc|xac thuc|ma xac nhan|xac nhan|ma xac minh|kich hoat|ma kich hoat|ma dang nhap|ma bao mat|bao mat|passcode|verification code|ma sms|ma mo khoa|ma khoi phuc|ma dang ky|ma dat lai|ma doi|ma lay lai|ma cap lai|ma tam thoi|ma bi mat|ma truy cap|pin|ma pin|ma may gui|ma tin nhan|ma gui ve|ma ve|ma nhan ve|ma moi|ma cu|ma do|ma nay|ma no|ma vua|ma luc nay|ma hoi nay|ma nhan duoc",
    "pw": "mat khau",
}  # fmt: skip  # reason: reads as the table it is


@lru_cache(maxsize=1)
def _phrases() -> dict[str, dict[tuple[str, ...], str]]:
    """Each phrase as its tokens, and its kind, by its first token; a phrase of a secret counts before the others."""
    out: dict[str, dict[tuple[str, ...], str]] = {}
    for kind, phrases in (*SECRET_LABELS.items(), *LABELS.items()):
        for phrase in phrases.split("|"):
            names = tuple(token.name for token in tokens_of(phrase))
            if 0 < len(names) <= LONGEST and any(name.isalpha() for name in names):
                out.setdefault(names[0], {}).setdefault(names, kind)
    return out


def labels_of(tokens: Sequence[Token]) -> list[Label]:
    """The labels of a text in order; where several fit the longest counts."""
    known, at = _phrases(), 0
    out: list[Label] = []
    names = [token.name for token in tokens]
    while at < len(names):
        phrases = known.get(names[at])
        for size in range(min(LONGEST, len(names) - at), 0, -1) if phrases else ():
            if kind := phrases.get(tuple(names[at : at + size])) if phrases else "":
                out.append(Label(at, at + size, kind))
                at += size
                break
        else:
            at += 1
    return out

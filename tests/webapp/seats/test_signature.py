"""A signature holds for these bytes, now, by who knows a secret, and for nothing else."""

import pytest

from webapp.seats.signature import SignatureError, require_signature, sign

OLD, NEW = "o" * 32, "n" * 32
NOW = 1_800_000_000
BODY = b'{"order": 1}'


def header(body: bytes = BODY, secret: str = NEW, time: int = NOW) -> str:
    return f"t={time},v1={sign(secret, str(time), body)}"


def check(sent: str, body: bytes = BODY, *secrets: str) -> None:
    require_signature(sent, body, secrets or (NEW,), now=NOW)


def refused(sent: str, body: bytes = BODY) -> str:
    with pytest.raises(SignatureError) as error:
        check(sent, body)
    assert NEW not in str(error.value)
    return str(error.value)


def test_it_is_the_hmac_sha256_of_time_dot_body() -> None:
    # openssl: printf '1.{}' | openssl dgst -sha256 -hmac nnn…
    digest = "ca585d927c1c0a7e26c0caee2624a672b0d238e12ffbd5022d3720d45493b2b5"
    assert sign(NEW, "1", b"{}") == digest


def test_what_was_signed_with_the_secret_is_let_in() -> None:
    check(header())


def test_while_a_secret_changes_either_will_do() -> None:
    time = str(NOW)
    both = f"t={time},v1={sign(OLD, time, BODY)},v1={sign(NEW, time, BODY)}"
    check(both)
    check(header(secret=OLD), BODY, NEW, OLD)
    check(f"v1={sign(NEW, time, BODY)} , t={time}, v0=whatever,v2")


def test_another_secret_is_refused() -> None:
    assert "not made with our secret" in refused(header(secret=OLD))


def test_no_byte_can_be_changed() -> None:
    sent = header()
    for place in range(len(BODY)):
        changed = BODY[:place] + bytes([BODY[place] ^ 1]) + BODY[place + 1 :]
        refused(sent, changed)
    refused(sent, BODY + b" ")
    refused(sent, b"")


def test_no_digit_of_time_or_digest_can_be_changed() -> None:
    sent = header()
    for place in range(len(sent)):
        other = "0" if sent[place] != "0" else "1"
        refused(sent[:place] + other + sent[place + 1 :])


@pytest.mark.parametrize("age", [-300, 0, 300])
def test_within_five_minutes_it_counts(age: int) -> None:
    check(header(time=NOW + age))


@pytest.mark.parametrize("age", [-301, 301, -NOW, 10**11])
def test_before_and_after_it_does_not(age: int) -> None:
    assert "not now" in refused(header(time=NOW + age))


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "t",
        ",",
        f"t={NOW}",
        f"t={NOW},v1=",
        f"t={NOW},v1={'0' * 63}",
        f"t={NOW},v1={'0' * 65}",
        f"t={NOW},v1={'é' * 64}",
        f"t={NOW},v1={header().partition('v1=')[2].upper()}",
        f"{header()},v1=x",
        header().partition(",")[2],
        f"t={NOW},{header()}",
        header().replace("t=", "t= "),
        header().replace("t=", "t=+"),
        header().replace("t=1", "t=١"),
        header().replace("t=", "t=-"),
        header().replace(str(NOW), f"{NOW}.0"),
        header().replace(str(NOW), "9" * 13),
        header().replace("v1=", "v0="),
        header().replace("v1=", "V1="),
        header().replace(",", ";"),
        header() + "," + "x" * 1_000,
    ],
)
def test_whatever_is_not_a_signature_is_refused(sent: str) -> None:
    refused(sent)

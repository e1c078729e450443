"""AMI framing: the portions in which bytes arrive never matter."""

import pytest

from integrations.telephony.asterisk.ami import LARGEST_MESSAGE, AmiFramer, AmiFramingError, AmiMessage

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
NAMED = "Event: Newchannel\r\nCallerIDName: Иван Петров\r\n\r\n".encode()


def frame(*chunks: bytes) -> list[AmiMessage]:
    framer = AmiFramer()
    return [message for chunk in chunks for message in framer.feed(chunk)]


def test_the_banner_is_kept_apart_from_the_first_message() -> None:
    framer = AmiFramer()

    messages = list(framer.feed(BANNER + b"Response: Success\r\nMessage: Authentication accepted\r\n\r\n"))

    assert framer.banner == "Asterisk Call Manager/11.0.0"
    assert [dict(message.headers) for message in messages] == [
        {"Response": ("Success",), "Message": ("Authentication accepted",)}
    ]


def test_a_connection_without_a_banner_starts_with_its_first_message() -> None:
    assert [message.event for message in frame(b"Event: Hangup\r\n\r\n")] == ["Hangup"]


def test_one_byte_at_a_time_gives_the_same_messages() -> None:
    wire = BANNER + NAMED + b"Event: Hangup\r\n\r\n"

    assert frame(*(wire[at : at + 1] for at in range(len(wire)))) == frame(wire)


def test_a_cyrillic_name_cut_inside_a_character_stays_whole() -> None:
    cut = NAMED.index("П".encode()) + 1

    messages = frame(BANNER + NAMED[:cut], NAMED[cut:])

    assert [message.get("CallerIDName") for message in messages] == ["Иван Петров"]


def test_bytes_that_are_no_utf8_spoil_one_value_only() -> None:
    messages = frame(BANNER + b"Event: Newchannel\r\nCallerIDName: \xc8\xe2\xe0\xed\r\nExten: 101\r\n\r\n")

    assert messages[0].get("Exten") == "101"
    assert messages[0].get("CallerIDName") == "\ufffd" * 4


def test_a_repeated_header_keeps_every_value() -> None:
    wire = b"Event: X\r\nChanVariable: CC_DID=74951230001\r\nChanVariable: A=b=c\r\nChanVariable: EMPTY=\r\n\r\n"

    [message] = frame(BANNER + wire)

    assert message.all("ChanVariable") == ("CC_DID=74951230001", "A=b=c", "EMPTY=")
    assert message.variables() == {"CC_DID": "74951230001", "A": "b=c", "EMPTY": ""}
    assert message.all("Absent") == ()


def test_lines_without_a_colon_and_empty_messages_are_passed_over() -> None:
    messages = frame(BANNER + b"\r\n\r\nnonsense\r\n\r\nEvent: Hangup\r\nnonsense\r\n\r\n")

    assert [dict(message.headers) for message in messages] == [{"Event": ("Hangup",)}]


def test_a_peer_that_never_ends_a_message_is_refused() -> None:
    with pytest.raises(AmiFramingError, match="without an end"):
        frame(BANNER, b"x" * (LARGEST_MESSAGE + 1))

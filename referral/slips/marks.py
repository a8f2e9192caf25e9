"""Marks a machine reads: the QR code of a slip and the bar code of its number, both as inline SVG."""

import segno

MODULE = 0.33  # mm: the width of the narrowest bar, still read at 200 dpi

# Code 128: widths of bars and spaces of the values 0-102, then the start of set C and the stop.
PATTERNS = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 123122 "
    "123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 232121 111323 "
    "131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 "
    "213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122 "
    "141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 124112 "
    "124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 "
    "411131"
)
START_C, START_C_WIDTHS, STOP_WIDTHS = 105, "211232", "2331112"


def qr(token: str) -> str:
    """The opaque token as a QR code, error correction level M."""
    return str(segno.make(token, error="m", micro=False).svg_inline(border=0, omitsize=True, svgclass="qr-image", lineclass=None))


def bars(number: str) -> str:
    """An even number of digits as Code 128 C: one path, one unit a module."""
    widths = code128(number)
    total = sum(widths)
    path, at = "", 0
    for index, width in enumerate(widths):
        if index % 2 == 0:
            path += f"M{at} 0h{width}v10h-{width}z"
        at += width
    return (
        f'<svg class="bars" viewBox="0 0 {total} 10" preserveAspectRatio="none" width="{total * MODULE:.2f}mm" height="8mm">'
        f'<path d="{path}"/></svg>'
    )


def code128(number: str) -> list[int]:
    """Widths of bar, space, bar … of a number of an even count of digits."""
    pairs = [int(number[start : start + 2]) for start in range(0, len(number), 2)]
    check = (START_C + sum(place * pair for place, pair in enumerate(pairs, start=1))) % 103
    symbols = [START_C_WIDTHS, *(pattern_of(value) for value in [*pairs, check]), STOP_WIDTHS]
    return [int(width) for symbol in symbols for width in symbol]


def pattern_of(value: int) -> str:
    """The six widths of one value; in the table each takes seven places."""
    return PATTERNS[value * 7 : value * 7 + 6]

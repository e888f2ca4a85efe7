namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>
/// The example tables of T.81, annex K.3. Frames of Motion JPEG leave them out and mean these; libjpeg-turbo fills them in
/// for sequential files, and so does this decoder.
/// </summary>
internal static class StandardHuffman
{
    private const string LuminanceAc =
        "0002010303020403050504040000017D" +
        "01020300041105122131410613516107227114328191A1082342B1C11552D1F02433627282090A161718191A25262728292A34353637" +
        "38393A434445464748494A535455565758595A636465666768696A737475767778797A838485868788898A92939495969798999AA2A3" +
        "A4A5A6A7A8A9AAB2B3B4B5B6B7B8B9BAC2C3C4C5C6C7C8C9CAD2D3D4D5D6D7D8D9DAE1E2E3E4E5E6E7E8E9EAF1F2F3F4F5F6F7F8F9FA";

    private const string ChrominanceAc =
        "00020102040403040705040400010277" +
        "000102031104052131061241510761711322328108144291A1B1C109233352F0156272D10A162434E125F11718191A262728292A3536" +
        "3738393A434445464748494A535455565758595A636465666768696A737475767778797A82838485868788898A92939495969798999A" +
        "A2A3A4A5A6A7A8A9AAB2B3B4B5B6B7B8B9BAC2C3C4C5C6C7C8C9CAD2D3D4D5D6D7D8D9DAE2E3E4E5E6E7E8E9EAF2F3F4F5F6F7F8F9FA";

    /// <summary>Tables for differences of DC: 0 for luminance, 1 for chrominance.</summary>
    public static HuffmanTable? Dc(int index) => index switch
    {
        0 => HuffmanTableCache.Get(isDc: true, Convert.FromHexString("00010501010101010100000000000000" + "000102030405060708090A0B")),
        1 => HuffmanTableCache.Get(isDc: true, Convert.FromHexString("00030101010101010101010000000000" + "000102030405060708090A0B")),
        _ => null,
    };

    /// <summary>Tables for the other coefficients: 0 for luminance, 1 for chrominance.</summary>
    public static HuffmanTable? Ac(int index) => index switch
    {
        0 => HuffmanTableCache.Get(isDc: false, Convert.FromHexString(LuminanceAc)),
        1 => HuffmanTableCache.Get(isDc: false, Convert.FromHexString(ChrominanceAc)),
        _ => null,
    };
}

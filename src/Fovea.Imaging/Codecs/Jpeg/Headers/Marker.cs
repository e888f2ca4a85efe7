namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>The second bytes of the markers that the decoder acts upon (T.81, table B.1).</summary>
internal static class Marker
{
    /// <summary>Not a marker: the data ended before one came.</summary>
    public const byte None = 0;

    public const byte Tem = 0x01;
    public const byte Sof0 = 0xC0;
    public const byte Sof1 = 0xC1;
    public const byte Sof2 = 0xC2;
    public const byte Sof9 = 0xC9;
    public const byte Sof10 = 0xCA;
    public const byte Dht = 0xC4;
    public const byte Jpg = 0xC8;
    public const byte Dac = 0xCC;
    public const byte Sof15 = 0xCF;
    public const byte Rst0 = 0xD0;
    public const byte Rst7 = 0xD7;
    public const byte Soi = 0xD8;
    public const byte Eoi = 0xD9;
    public const byte Sos = 0xDA;
    public const byte Dqt = 0xDB;
    public const byte Dnl = 0xDC;
    public const byte Dri = 0xDD;
    public const byte App0 = 0xE0;
    public const byte App1 = 0xE1;
    public const byte App14 = 0xEE;

    public static bool IsRestart(byte marker) => marker is >= Rst0 and <= Rst7;
}

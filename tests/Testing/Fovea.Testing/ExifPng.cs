namespace Fovea.Testing;

/// <summary>PNG files that ask to be turned.</summary>
public static class ExifPng
{
    private const int HeaderEnd = 33;

    /// <summary>Puts an eXIf chunk with nothing but the orientation behind the header.</summary>
    /// <param name="png">The file.</param>
    /// <param name="orientation">The orientation, 1 to 8 in sound files.</param>
    public static byte[] Turned(byte[] png, int orientation)
    {
        byte[] body = [.. "eXIf"u8, .. "MM\0*\0\0\0\u0008"u8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];
        uint crc = 0xFFFFFFFF;
        foreach (byte b in body)
        {
            crc ^= b;
            for (int k = 0; k < 8; k++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
            }
        }

        crc = ~crc;
        int length = body.Length - 4;
        return [.. png[..HeaderEnd], 0, 0, 0, (byte)length, .. body, (byte)(crc >> 24), (byte)(crc >> 16), (byte)(crc >> 8), (byte)crc, .. png[HeaderEnd..]];
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using Fovea.Imaging;

namespace Fovea.Training.Data;

/// <summary>What the check keeps of one picture.</summary>
/// <param name="Reason">Why it cannot be read; null when it can.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Format">Its pixel format.</param>
/// <param name="Hash">A hash of size, format and pixels: the same for equal pictures, however they are compressed.</param>
internal readonly record struct Finding(string? Reason, int Width, int Height, PixelFormat Format, UInt128 Hash)
{
    public static Finding Of(IImageDataset dataset, int index)
    {
        try
        {
            Image image = dataset.Get(index).Image;
            return new Finding(null, image.Width, image.Height, image.Format, HashOf(image));
        }
        catch (DataException e)
        {
            return new Finding(e.Message, 0, 0, default, default);
        }
    }

    private static UInt128 HashOf(Image image)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> head = stackalloc byte[12];
        BinaryPrimitives.WriteInt32LittleEndian(head, image.Width);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], image.Height);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], (int)image.Format);
        hash.AppendData(head);
        hash.AppendData(image.Pixels);
        Span<byte> result = stackalloc byte[32];
        hash.GetHashAndReset(result);
        return BinaryPrimitives.ReadUInt128LittleEndian(result);
    }
}

using System.IO.Compression;
using Fovea.Io;
using Fovea.Onnx.Import;
using Fovea.Onnx.Protocol;
using Google.Protobuf;

namespace Fovea.Onnx.Architecture;

/// <summary>A graph as text: the message, deflated, in Base64.</summary>
internal static class ArchitectureText
{
    public static string Write(ModelProto model)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            model.WriteTo(deflate);
        }

        return Convert.ToBase64String(packed.GetBuffer(), 0, (int)packed.Length);
    }

    /// <exception cref="OnnxException">The text holds no graph, or one out of proportion to its length.</exception>
    public static ModelProto Read(string text)
    {
        try
        {
            byte[] packed = Convert.FromBase64String(text);
            long most = ParseBudget.FreeMemory + (long)ParseBudget.MemoryPerByte * packed.Length;
            using var deflate = new DeflateStream(new MemoryStream(packed), CompressionMode.Decompress);
            using var message = new MemoryStream();
            byte[] chunk = new byte[1 << 16];
            for (int read; (read = deflate.Read(chunk)) > 0;)
            {
                message.Write(chunk, 0, read);
                if (message.Length > most)
                {
                    throw new OnnxException($"a graph of {packed.Length:N0} bytes unfolds to more than {most:N0}");
                }
            }

            message.Position = 0;
            return ModelFile.Read(message, ModelProto.Parser, ModelFile.Budget(message), WorkMeter.None);
        }
        catch (Exception error) when (error is FormatException or InvalidDataException)
        {
            throw new OnnxException($"the text is no graph: {error.Message.TrimEnd('.')}", null, error);
        }
    }
}

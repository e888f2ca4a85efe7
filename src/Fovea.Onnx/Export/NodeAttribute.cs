using Fovea.Onnx.Protocol;
using Google.Protobuf;
using static Fovea.Onnx.Protocol.AttributeProto.Types;

namespace Fovea.Onnx.Export;

/// <summary>Attributes of nodes.</summary>
internal static class NodeAttribute
{
    /// <summary>An attribute of a whole number, a float, a text, or a list of whole numbers.</summary>
    public static AttributeProto Of(string name, object value) => value switch
    {
        int number => new AttributeProto { Name = name, Type = AttributeType.Int, I = number },
        long number => new AttributeProto { Name = name, Type = AttributeType.Int, I = number },
        double number => new AttributeProto { Name = name, Type = AttributeType.Float, F = (float)number },
        string text => new AttributeProto { Name = name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(text) },
        long[] numbers => new AttributeProto { Name = name, Type = AttributeType.Ints, Ints = { numbers } },
        _ => throw new ArgumentException($"NodeAttribute: expected a number, a text or whole numbers, got {value.GetType().Name}.", nameof(value)),
    };
}

using Fovea.Onnx.Protocol;
using static Fovea.Onnx.Protocol.AttributeProto.Types;

namespace Fovea.Onnx.Import;

/// <summary>The attributes of a node. What nobody asks for is not known, and refuses the node.</summary>
internal sealed class NodeAttributes
{
    private readonly Dictionary<string, AttributeProto> _all = new(StringComparer.Ordinal);
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <exception cref="NodeRefusal">Two attributes have one name, or one stands for that of a function.</exception>
    public NodeAttributes(NodeProto node)
    {
        foreach (AttributeProto attribute in node.Attribute)
        {
            if (attribute.RefAttrName.Length > 0 || !_all.TryAdd(attribute.Name, attribute))
            {
                throw new NodeRefusal($"its attribute {attribute.Name} is there twice, or stands for a function's");
            }
        }
    }

    /// <summary>The attributes that nobody asked for.</summary>
    public IEnumerable<string> Unread => _all.Keys.Where(k => !_read.Contains(k)).Order(StringComparer.Ordinal);

    /// <summary>Whether there is such an attribute.</summary>
    public bool Has(string name) => _all.ContainsKey(name);

    public long Int(string name, long fallback) => Find(name, AttributeType.Int)?.I ?? fallback;

    public bool Flag(string name, bool fallback = false) => Int(name, fallback ? 1 : 0) != 0;

    public float Float(string name, float fallback) => Find(name, AttributeType.Float)?.F ?? fallback;

    public string Text(string name, string fallback) => Find(name, AttributeType.String)?.S.ToStringUtf8() ?? fallback;

    public long[]? Ints(string name) => Find(name, AttributeType.Ints)?.Ints.ToArray();

    public float[]? Floats(string name) => Find(name, AttributeType.Floats)?.Floats.ToArray();

    public TensorProto? Tensor(string name) => Find(name, AttributeType.Tensor)?.T;

    public GraphProto? Graph(string name) => Find(name, AttributeType.Graph)?.G;

    /// <summary>Takes note of an attribute that changes nothing here.</summary>
    public void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            _read.Add(name);
        }
    }

    /// <summary>Takes note of an attribute that is known with one value alone.</summary>
    /// <exception cref="NodeRefusal">It has another.</exception>
    public void Only(string name, long value)
    {
        if (Int(name, value) is var given && given != value)
        {
            throw new NodeRefusal($"{name} {given} is not known, only {value}");
        }
    }

    private AttributeProto? Find(string name, AttributeType type)
    {
        _read.Add(name);
        if (!_all.TryGetValue(name, out AttributeProto? found))
        {
            return null;
        }

        // The first exporters wrote no type.
        return found.Type == type || found.Type == AttributeType.Undefined
            ? found
            : throw new NodeRefusal($"its attribute {name} is of type {found.Type.ToString().ToLowerInvariant()}; expected {type.ToString().ToLowerInvariant()}");
    }
}

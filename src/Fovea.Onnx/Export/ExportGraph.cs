using System.Globalization;
using Fovea.Onnx.Protocol;
using static Fovea.Onnx.Protocol.TensorProto.Types;

namespace Fovea.Onnx.Export;

/// <summary>The graph of a file while it is made: nodes, and the tensors of its initialisers.</summary>
internal sealed class ExportGraph : IDisposable
{
    private readonly Dictionary<int, string> _names = [];
    private readonly HashSet<string> _taken = [];
    private readonly Dictionary<string, string> _constants = [];
    private readonly List<Tensor> _own = [];

    public ExportGraph(GraphFamily family, OnnxExportOptions options)
    {
        (Family, Options) = (family, options);
        Graph first = family.First;
        for (int i = 0; i < first.Inputs.Count; i++)
        {
            string name = i < options.InputNames.Count ? options.InputNames[i] : i == 0 ? "input" : $"input_{i}";
            _names[first.Inputs[i]] = Take(name);
            Inputs.Add(Info(name, first.Inputs[i]));
        }

        _taken.Add(options.OutputName);
        foreach ((int number, Tensor constant) in first.Constants)
        {
            string name = Take(first.Names.GetValueOrDefault(number, "constant"));
            _names[number] = name;
            Initializers.Add(name, constant);
        }
    }

    public GraphFamily Family { get; }

    public OnnxExportOptions Options { get; }

    public List<NodeProto> Nodes { get; } = [];

    /// <summary>The tensors that the file holds, by name, in their order.</summary>
    public Dictionary<string, Tensor> Initializers { get; } = [];

    public List<ValueInfoProto> Inputs { get; } = [];

    public List<ValueInfoProto> Outputs { get; } = [];

    /// <summary>The name of a value of the module's graph that is there already.</summary>
    public string NameOf(int value) => _names[value];

    /// <summary>Names a value of the module's graph by the node that makes it.</summary>
    public void Bind(int value, string name) => _names[value] = name;

    /// <summary>A new name, with a number behind it where it is taken.</summary>
    public string Take(string name)
    {
        string free = name;
        for (int i = 1; !_taken.Add(free); i++)
        {
            free = string.Create(CultureInfo.InvariantCulture, $"{name}.{i}");
        }

        return free;
    }

    /// <summary>Puts a tensor in the place of an initialiser.</summary>
    public void Replace(string name, Tensor tensor)
    {
        _own.Add(TensorScope.Detach(tensor));
        Initializers[name] = tensor;
    }

    /// <summary>Makes two values one, under the name of the first, or of the second where the graph returns it.</summary>
    public void Join(string first, string second)
    {
        if (Outputs.Exists(o => o.Name == second))
        {
            Rename(first, second);
        }
        else
        {
            Rename(second, first);
        }
    }

    /// <summary>Whether an initialiser is a constant of the file's own, and none of the module's tensors.</summary>
    public bool IsConstant(string name) => _constants.ContainsValue(name);

    /// <summary>A constant of the file's own; one of each.</summary>
    /// <param name="name">What it is for.</param>
    /// <param name="tensor">Its numbers.</param>
    public string Constant(string name, Tensor tensor)
    {
        string key = $"{tensor.Spec} {Convert.ToBase64String(tensor.AsBytes())}";
        if (!_constants.TryGetValue(key, out string? known))
        {
            _constants[key] = known = Take(name);
            _own.Add(TensorScope.Detach(tensor));
            Initializers.Add(known, tensor);
        }

        return known;
    }

    /// <summary>The lengths of an axis of a value, for each of the traced sizes.</summary>
    public int[] Lengths(int value, int axis) => [.. Family.Graphs.Select(g => g.Values[value].Shape[axis])];

    /// <summary>Says what the graph returns, once all nodes are there.</summary>
    public void Complete()
    {
        Graph first = Family.First;
        for (int i = 0; i < first.Outputs.Count; i++)
        {
            string name = i == 0 ? Options.OutputName : Take($"{Options.OutputName}_{i}");
            int value = first.Outputs[i];
            string made = NameOf(value);
            NodeProto? maker = Nodes.Find(n => n.Output.Contains(made));
            if (maker is null || first.Outputs.Take(i).Contains(value))
            {
                Nodes.Add(new NodeProto { Name = Take("Identity"), OpType = "Identity", Input = { made }, Output = { name } });
            }
            else
            {
                Rename(made, name);
                _names[value] = name;
            }

            Outputs.Add(Info(name, value));
        }

        HashSet<string> read = [.. Nodes.SelectMany(n => n.Input)];
        foreach (string unused in Initializers.Keys.Where(n => !read.Contains(n)).ToArray())
        {
            Initializers.Remove(unused);
        }
    }

    public OnnxSignature Signature(IReadOnlyList<string> notes) => new([.. Inputs.Select(Shown)], [.. Outputs.Select(Shown)], notes);

    public void Dispose()
    {
        Family.Dispose();
        _own.ForEach(t => t.Dispose());
    }

    private static (string, IReadOnlyList<string>) Shown(ValueInfoProto info) => (info.Name, [.. info.Type.TensorType.Shape.Dim.Select(d =>
        d.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue
            ? d.DimValue.ToString(CultureInfo.InvariantCulture)
            : d.DimParam.Length > 0 ? d.DimParam : "any")]);

    /// <summary>Gives a value another name wherever nodes make or read it.</summary>
    public void Rename(string from, string to)
    {
        foreach (NodeProto node in Nodes)
        {
            Replace(node.Input);
            Replace(node.Output);
        }

        void Replace(IList<string> names)
        {
            for (int i = 0; i < names.Count; i++)
            {
                names[i] = names[i] == from ? to : names[i];
            }
        }
    }

    private ValueInfoProto Info(string name, int value)
    {
        TensorSpec spec = Family.First.Values[value];
        var shape = new TensorShapeProto();
        for (int axis = 0; axis < spec.Shape.Rank; axis++)
        {
            shape.Dim.Add(Dimension(value, axis));
        }

        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)ElementOf(spec.DType), Shape = shape } },
        };
    }

    /// <summary>A number, or the name of an input's axis that is as long; nothing where the length follows from the sizes otherwise.</summary>
    private TensorShapeProto.Types.Dimension Dimension(int value, int axis)
    {
        int[] lengths = Lengths(value, axis);
        if (Array.TrueForAll(lengths, n => n == lengths[0]))
        {
            return new TensorShapeProto.Types.Dimension { DimValue = lengths[0] };
        }

        int input = Family.First.Inputs[0];
        string[] words = ["batch", "channels", "height", "width"];
        int same = Enumerable.Range(0, Family.First.Values[input].Shape.Rank).FirstOrDefault(a => Lengths(input, a).AsSpan().SequenceEqual(lengths), -1);
        return same >= 0 && same < words.Length ? new TensorShapeProto.Types.Dimension { DimParam = words[same] } : new TensorShapeProto.Types.Dimension();
    }

    /// <summary>ONNX's number for an element type.</summary>
    public static DataType ElementOf(DType type) => type switch
    {
        DType.Float32 => DataType.Float,
        DType.Float64 => DataType.Double,
        DType.Int64 => DataType.Int64,
        DType.UInt8 => DataType.Uint8,
        DType.Bool => DataType.Bool,
        DType.Float16 => DataType.Float16,
        DType.BFloat16 => DataType.Bfloat16,
        _ => DataType.Int8,
    };
}

using Fovea.Onnx.Protocol;

namespace Fovea.Onnx.Export;

/// <summary>One op of a module's graph on its way to nodes of ONNX: what it reads, what it says of itself, and where its nodes go.</summary>
/// <param name="graph">The file's graph.</param>
/// <param name="index">Which node of the module's graph.</param>
internal sealed class Translation(ExportGraph graph, int index)
{
    private GraphNode Node => graph.Family.First.Nodes[index];

    public int Opset => graph.Options.Opset;

    public int Count => Node.Inputs.Count;

    public string At => $"{Node.Op.Name}{(Node.Path.Length == 0 ? string.Empty : $" in {Node.Path}")}";

    public DType DType => Spec(0).DType;

    public int Rank => Spec(0).Shape.Rank;

    /// <summary>Shape and type of an input at the first size.</summary>
    public TensorSpec Spec(int input) => graph.Family.First.Values[Node.Inputs[input]];

    /// <summary>Shape and type of an output at the first size.</summary>
    public TensorSpec Made(int output = 0) => graph.Family.First.Values[Node.Outputs[output]];

    /// <summary>The name of an input.</summary>
    public string In(int input) => graph.NameOf(Node.Inputs[input]);

    /// <summary>All inputs' names.</summary>
    public string[] All() => [.. Node.Inputs.Select(graph.NameOf)];

    /// <summary>An attribute's numbers, which must not follow from the sizes.</summary>
    public double[] Numbers(string name)
    {
        double[][] all = [.. graph.Family.Graphs.Select(g => Find(g.Nodes[index].Op, name))];
        return Array.TrueForAll(all, n => n.AsSpan().SequenceEqual(all[0]))
            ? all[0]
            : throw new FollowsSizeException($"{At} has a {name} that follows from the sizes ({string.Join(" × ", all[0])})");
    }

    public double Number(string name) => Numbers(name)[0];

    public double? NumberOrNull(string name) => Numbers(name) is [var number] ? number : null;

    public bool Flag(string name) => Number(name) != 0;

    public int Integer(string name) => (int)Number(name);

    public long[] Integers(string name) => Array.ConvertAll(Numbers(name), n => (long)n);

    /// <summary>An attribute's numbers as sizes, which may follow from the inputs'.</summary>
    public int[][] Sizes(string name)
    {
        double[][] all = [.. graph.Family.Graphs.Select(g => Find(g.Nodes[index].Op, name))];
        return [.. Enumerable.Range(0, all[0].Length).Select(i => all.Select(n => (int)n[i]).ToArray())];
    }

    /// <summary>The lengths of an input's axis for each of the sizes.</summary>
    public int[] Lengths(int input, int axis) => graph.Lengths(Node.Inputs[input], axis);

    /// <summary>The lengths of the output's axis for each of the sizes.</summary>
    public int[] MadeLengths(int axis) => graph.Lengths(Node.Outputs[0], axis);

    /// <summary>A length that must not follow from the sizes.</summary>
    public int Fixed(int[] lengths, string what) => IsFixed(lengths)
        ? lengths[0]
        : throw new FollowsSizeException($"{At} needs {what} of one length ({lengths[0]} here)");

    public static bool IsFixed(int[] lengths) => Array.TrueForAll(lengths, n => n == lengths[0]);

    /// <summary>A list of whole numbers as an input.</summary>
    public string Int64(string what, params long[] numbers) => graph.Constant(what, Tensor.From(numbers));

    /// <summary>One whole number as an input.</summary>
    public string Int64Scalar(string what, long number) => graph.Constant(what, Tensor.Scalar(number, DType.Int64));

    /// <summary>A number of the op's own type as an input.</summary>
    public string Scalar(string what, double number) => graph.Constant(what, Tensor.Scalar(number, DType));

    /// <summary>Numbers as an input.</summary>
    public string Constant(string what, Tensor tensor) => graph.Constant(what, tensor);

    /// <summary>Adds a node of one result that other nodes of the op read.</summary>
    public string Add(string type, string[] inputs, params (string Name, object Value)[] attributes)
    {
        NodeProto node = Make(type, inputs, attributes);
        string output = graph.Take($"{node.Name}_output");
        node.Output.Add(output);
        return output;
    }

    /// <summary>Adds the node that makes the op's results.</summary>
    public void Give(string type, string[] inputs, params (string Name, object Value)[] attributes)
    {
        NodeProto node = Make(type, inputs, attributes);
        foreach (int value in Node.Outputs)
        {
            string output = graph.Take($"{node.Name}_output");
            node.Output.Add(output);
            graph.Bind(value, output);
        }
    }

    /// <summary>Says that a value that is there is the op's result.</summary>
    public void Give(string value) => graph.Bind(Node.Outputs[0], value);

    /// <summary>
    /// Sizes as an input: one list of constants, or pieces joined, where some follow from the inputs' sizes: those are looked up among the
    /// lengths of values that are there already.
    /// </summary>
    public string Shape(int[][] sizes)
    {
        if (sizes.All(IsFixed))
        {
            return Int64("shape", [.. sizes.Select(s => (long)s[0])]);
        }

        string[] pieces = [.. sizes.Select(s => IsFixed(s) ? Int64("length", s[0]) : Piece(s))];
        return pieces.Length == 1 ? pieces[0] : Add("Concat", pieces, ("axis", 0));
    }

    private static double[] Find(Op op, string name) => [.. op.Attributes!.First(a => a.Name == name).Numbers];

    // A length as [1] of a value's own shape, times or through a whole number where need be.
    private string Piece(int[] lengths)
    {
        IEnumerable<int> near = Node.Inputs.Concat(graph.Family.First.Inputs)
            .Concat(graph.Family.First.Nodes.Take(index).Reverse().SelectMany(n => n.Outputs));
        foreach (int value in near)
        {
            for (int axis = 0; axis < graph.Family.First.Values[value].Shape.Rank; axis++)
            {
                int[] known = graph.Lengths(value, axis);
                if (!IsFixed(known) && Ratio(lengths, known) is var (times, through))
                {
                    string length = Add("Gather", [Add("Shape", [graph.NameOf(value)]), Int64("axis", axis)], ("axis", 0));
                    length = times == 1 ? length : Add("Mul", [length, Int64("times", times)]);
                    return through == 1 ? length : Add("Div", [length, Int64("through", through)]);
                }
            }
        }

        throw new FollowsSizeException($"{At} has a length that follows from the sizes ({string.Join(", ", lengths)}) as no axis before it does");
    }

    private static (int Times, int Through)? Ratio(int[] lengths, int[] known)
    {
        int divisor = (int)System.Numerics.BigInteger.GreatestCommonDivisor(lengths[0], known[0]);
        if (divisor == 0)
        {
            return null;
        }

        (int times, int through) = (lengths[0] / divisor, known[0] / divisor);
        return lengths.Zip(known).All(p => (long)p.First * through == (long)p.Second * times) ? (times, through) : null;
    }

    private NodeProto Make(string type, string[] inputs, (string Name, object Value)[] attributes)
    {
        var node = new NodeProto { Name = graph.Take(Node.Path.Length == 0 ? type : $"{Node.Path}/{type}"), OpType = type };
        node.Input.Add(inputs);
        node.Attribute.Add(attributes.Select(a => NodeAttribute.Of(a.Name, a.Value)));
        graph.Nodes.Add(node);
        return node;
    }
}

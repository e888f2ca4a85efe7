using Fovea.Io;
using Fovea.Onnx.Protocol;

namespace Fovea.Onnx.Import;

/// <summary>Makes a graph of messages into nodes that run. What is not known is gathered, and refused all at once.</summary>
internal sealed class GraphBuilder
{
    private readonly GraphNames _names;
    private readonly WeightRoles _roles;
    private readonly Initializers _initializers;
    private readonly ConstantFolding _folding;
    private readonly int _opset;
    private readonly IReadOnlyDictionary<string, long> _opsets;
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly List<Tensor?> _values = [];

    // Of the values, those that never change.
    private readonly Dictionary<int, Tensor> _constants = [];
    private readonly List<Step> _steps = [];
    private readonly List<OnnxProblem> _problems = [];

    private GraphBuilder(GraphNames names, IReadOnlyDictionary<string, long> opsets, ExternalFiles? files, ParseBudget budget)
    {
        (_names, _opsets, _initializers, _folding) = (names, opsets, new Initializers(files), new ConstantFolding(budget));
        _opset = (int)opsets[string.Empty];
        _roles = new WeightRoles(names);
    }

    /// <summary>Builds a graph.</summary>
    /// <param name="model">The file's message.</param>
    /// <param name="files">Where external data lie; null where there are none.</param>
    /// <param name="outputs">Names of the outputs; null for the file's.</param>
    /// <param name="budget">What it may cost.</param>
    /// <param name="path">The file, for errors.</param>
    /// <exception cref="OnnxException">The graph breaks the rules, or asks for what is not known.</exception>
    public static LoadedGraph Build(ModelProto model, ExternalFiles? files, IReadOnlyList<string>? outputs, ParseBudget budget, string? path)
    {
        if (model.Graph is null)
        {
            throw new OnnxException("the file holds no graph");
        }

        var names = new GraphNames(model.Graph, outputs);
        var opsets = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (OperatorSetIdProto opset in model.OpsetImport)
        {
            opsets[opset.Domain == "ai.onnx" ? string.Empty : opset.Domain] = opset.Version;
        }

        // IR version 1 and 2 named no version: their operators are those of opset 1.
        opsets.TryAdd(string.Empty, 1);
        long own = opsets[string.Empty];
        return own is >= OperatorTable.FirstOpset and <= OperatorTable.LastOpset
            ? new GraphBuilder(names, opsets, files, budget).Build(path)
            : throw new OnnxException($"the model is of opset {own}; opsets {OperatorTable.FirstOpset} to {OperatorTable.LastOpset} are read");
    }

    private LoadedGraph Build(string? path)
    {
        // Of a part of the graph the inputs are those that it needs.
        bool isWhole = _names.Graph.Output.Select(o => o.Name).SequenceEqual(_names.Outputs);
        (OnnxValue, int)[] inputs = [.. _names.Inputs.Where(i => isWhole || _names.Read.Contains(i.Name)).Select(i => (DeclaredValues.Read(i), PlaceOf(i.Name)))];
        var parameters = new List<(string, Tensor)>();
        var buffers = new List<(string, Tensor)>();
        foreach (TensorProto proto in _names.Graph.Initializer)
        {
            if (!_names.Read.Contains(proto.Name))
            {
                continue;
            }

            int place = PlaceOf(proto.Name);
            Tensor value = _initializers.Read(proto);
            _values[place] = value;
            if (_roles.Parameters.Contains(proto.Name))
            {
                parameters.Add((proto.Name, value));
            }
            else if (_roles.Statistics.Contains(proto.Name))
            {
                buffers.Add((proto.Name, value));
            }
            else
            {
                _constants.Add(place, value);
            }
        }

        foreach (NodeProto node in _names.Needed)
        {
            Add(node);
        }

        if (_problems.Count > 0)
        {
            throw new OnnxException(_problems, path);
        }

        int[] outputs = [.. _names.Outputs.Select(PlaceOf)];
        return new LoadedGraph
        {
            Opset = _opset,
            Interpreter = new Interpreter([.. _steps], [.. _values], outputs),
            Inputs = inputs,
            Outputs = DeclaredValues.Find(_names.Graph, _names.Outputs),
            Parameters = [.. parameters],
            Buffers = [.. buffers],
            Constants = [.. _constants.Values.Distinct()],
            Notes = [.. _initializers.Notes],
        };
    }

    private void Add(NodeProto node)
    {
        bool isOwn = node.Domain is "" or "ai.onnx";
        try
        {
            Operator op = (isOwn ? OperatorTable.Find(node.OpType) : null)
                ?? throw new NodeRefusal(isOwn ? "no such operator is known" : "operators of that domain are not known");
            int version = op.Version(_opset) ?? throw new NodeRefusal("this version of the operator is not known");
            var attributes = new NodeAttributes(node);
            string[] outputs = [.. node.Output];
            if (outputs[0].Length == 0 || (node.OpType != "Constant" && node.Input.All(i => i.Length == 0)))
            {
                throw new NodeRefusal("it has no input, or leaves its first output out");
            }

            int read = Array.FindLastIndex(outputs, o => o.Length > 0 && _names.Read.Contains(o)) + 1;
            if (node.OpType == "Constant")
            {
                _constants[PlaceOf(outputs[0])] = _values[PlaceOf(outputs[0])] = ConstantOperators.Value(attributes, _initializers);
                return;
            }

            int[] inputs = [.. node.Input.Select(i => i.Length == 0 ? -1 : PlaceOf(i))];
            if (node.OpType == "Identity" && inputs is [>= 0])
            {
                _places[outputs[0]] = inputs[0];
                return;
            }

            NodeRun run = op.Setup(new NodeSetup
            {
                Attributes = attributes,
                Opset = _opset,
                Version = version,
                Inputs = [.. node.Input],
                Outputs = outputs.Length,
                OutputsRead = read,
                Constants = i => _constants.GetValueOrDefault(inputs[i]),
                ElementTypes = i => i < inputs.Length ? _names.Initializers.GetValueOrDefault(node.Input[i])?.DataType : null,
            });
            int[] places = [.. outputs.Take(read).Select(o => o.Length > 0 && _names.Read.Contains(o) ? PlaceOf(o) : -1)];
            var step = new Step(GraphNames.NameOf(node), node.OpType, _opset, run, inputs, places) { Value = outputs[0] };
            if (!Fold(step))
            {
                _steps.Add(step);
            }
        }
        catch (NodeRefusal refusal)
        {
            long opset = isOwn ? _opset : _opsets.GetValueOrDefault(node.Domain);
            _problems.Add(new OnnxProblem(GraphNames.NameOf(node), node.OpType, isOwn ? string.Empty : node.Domain, opset, refusal.Message));
            foreach (string output in node.Output.Where(o => o.Length > 0))
            {
                PlaceOf(output);
            }
        }
    }

    private bool Fold(Step step)
    {
        if (step.Inputs.Any(p => p >= 0 && !_constants.ContainsKey(p)))
        {
            return false;
        }

        Tensor?[] inputs = Array.ConvertAll(step.Inputs, p => p < 0 ? null : _constants[p]);
        if (!_folding.Admits(step.OpType, inputs))
        {
            return false;
        }

        using IDisposable still = GradMode.NoGrad();
        Tensor[] made = Interpreter.Run(step, new NodeInputs(inputs, DType.Float32, isTraining: false));
        for (int i = 0; i < step.Outputs.Length; i++)
        {
            if (step.Outputs[i] >= 0)
            {
                _constants[step.Outputs[i]] = made[i];
                _values[step.Outputs[i]] = made[i];
            }
        }

        return true;
    }

    private int PlaceOf(string name)
    {
        if (!_places.TryGetValue(name, out int place))
        {
            place = _values.Count;
            _places.Add(name, place);
            _values.Add(null);
        }

        return place;
    }
}

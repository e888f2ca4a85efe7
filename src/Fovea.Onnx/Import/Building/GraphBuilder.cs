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

    // Those of graphs within nodes.
    private readonly List<Tensor> _inner = [];
    private readonly List<NodeStep> _steps = [];
    private readonly List<OnnxProblem> _problems = [];
    private readonly bool _isStripped;
    private readonly ExternalFiles? _files;
    private readonly ParseBudget _budget;
    private readonly WorkMeter _meter;

    private GraphBuilder(
        GraphNames names, IReadOnlyDictionary<string, long> opsets, ExternalFiles? files, ParseBudget budget, WorkMeter meter, bool isStripped)
    {
        (_isStripped, _files, _budget, _meter) = (isStripped, files, budget, meter);
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
    /// <param name="meter">Counts tensors and nodes.</param>
    /// <param name="isStripped">Whether weights and statistics have names and shapes alone; their numbers are then undefined.</param>
    /// <exception cref="OnnxException">The graph breaks the rules, or asks for what is not known.</exception>
    public static LoadedGraph Build(
        ModelProto model, ExternalFiles? files, IReadOnlyList<string>? outputs, ParseBudget budget, string? path, WorkMeter meter, bool isStripped = false)
    {
        if (model.Graph is null)
        {
            throw new OnnxException("the file holds no graph");
        }

        var names = new GraphNames(NodePatterns.Apply(model.Graph, outputs), outputs);
        var opsets = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (OperatorSetIdProto opset in model.OpsetImport)
        {
            opsets[opset.Domain == "ai.onnx" ? string.Empty : opset.Domain] = opset.Version;
        }

        // IR version 1 and 2 named no version: their operators are those of opset 1.
        opsets.TryAdd(string.Empty, 1);
        long own = opsets[string.Empty];
        return own is >= OperatorTable.FirstOpset and <= OperatorTable.LastOpset
            ? new GraphBuilder(names, opsets, files, budget, meter, isStripped).Build(path)
            : throw new OnnxException($"the model is of opset {own}; opsets {OperatorTable.FirstOpset} to {OperatorTable.LastOpset} are read");
    }

    private LoadedGraph Build(string? path)
    {
        // Of a part of the graph the inputs are those that it needs.
        bool isWhole = _names.Graph.Output.Select(o => o.Name).SequenceEqual(_names.Outputs);
        (OnnxValue, int)[] inputs = [.. _names.Inputs.Where(i => isWhole || _names.Read.Contains(i.Name)).Select(i => (DeclaredValues.Read(i), PlaceOf(i.Name)))];
        var parameters = new List<(string, Tensor)>();
        var buffers = new List<(string, Tensor)>();
        _meter.Begin(WorkStage.Building, _names.Graph.Initializer.Count + _names.Needed.Length);
        foreach (TensorProto proto in _names.Graph.Initializer)
        {
            _meter.Step();
            if (!_names.Read.Contains(proto.Name))
            {
                continue;
            }

            int place = PlaceOf(proto.Name);
            Tensor value = _isStripped && _roles.IsKept(proto.Name) ? TensorData.Undefined(proto) : _initializers.Read(proto);
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
            _meter.Step();
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
            Interpreter = new Interpreter([.. _steps], [.. _values], outputs, parameters.Concat(buffers).Select(t => _places[t.Item1])),
            Inputs = inputs,
            Outputs = DeclaredValues.Find(_names.Graph, _names.Outputs),
            Parameters = [.. parameters],
            Buffers = [.. buffers],
            Constants = [.. _constants.Values.Concat(_inner).Distinct()],
            FirstValues = new FirstValues(_names, _roles),
            Head = GraphHead.Find(_names.Graph, _names.Outputs[0])?.Names ?? [],
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

            string[] captured = [.. GraphNames.CapturedBy(node)];
            int[] inputs = [.. node.Input.Concat(captured).Select(i => i.Length == 0 ? -1 : PlaceOf(i))];
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
                Branch = name => Branch(attributes.Graph(name) ?? throw new NodeRefusal($"its attribute {name} is missing"), captured, node.Input.Count),
                ElementTypes = i => i < node.Input.Count ? _names.Initializers.GetValueOrDefault(node.Input[i])?.DataType : null,
            });
            int[] places = [.. outputs.Take(read).Select(o => o.Length > 0 && _names.Read.Contains(o) ? PlaceOf(o) : -1)];
            var step = new NodeStep(GraphNames.NameOf(node), node.OpType, _opset, run, inputs, places)
            {
                Values = [.. places.Select((place, i) => place >= 0 ? outputs[i] : null)],
            };
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

    /// <summary>A graph within a node: it runs on what the node reads of values outside, which stand behind its inputs.</summary>
    private NodeRun Branch(GraphProto graph, string[] captured, int first)
    {
        GraphProto inner = graph.Clone();
        HashSet<string> read = [.. GraphNames.CapturedBy(graph)];
        inner.Input.Clear();
        inner.Input.Add(read.Select(n => new ValueInfoProto { Name = n }));
        var builder = new GraphBuilder(new GraphNames(inner, null), _opsets, _files, _budget, _meter, isStripped: false);
        var places = new List<(int Outside, int Place)>();
        for (int i = 0; i < captured.Length; i++)
        {
            if (read.Contains(captured[i]))
            {
                int place = builder.PlaceOf(captured[i]);
                if (_constants.TryGetValue(PlaceOf(captured[i]), out Tensor? value))
                {
                    builder._constants[place] = value;
                    builder._values[place] = value;
                }
                else
                {
                    places.Add((first + i, place));
                }
            }
        }

        foreach (TensorProto proto in inner.Initializer)
        {
            int place = builder.PlaceOf(proto.Name);
            builder._constants[place] = _initializers.Read(proto);
            builder._values[place] = builder._constants[place];
        }

        foreach (NodeProto node in builder._names.Needed)
        {
            builder.Add(node);
        }

        _problems.AddRange(builder._problems);
        _inner.AddRange(builder._constants.Values);
        _inner.AddRange(builder._inner);
        var interpreter = new Interpreter([.. builder._steps], [.. builder._values], [.. builder._names.Outputs.Select(builder.PlaceOf)], []);
        return x => interpreter.Run(places.Select(p => (p.Place, x[p.Outside])), x.IsTraining);
    }

    private bool Fold(NodeStep step)
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

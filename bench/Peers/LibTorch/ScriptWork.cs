using System.Text.Json.Nodes;
using Fovea.Io;
using TorchSharp;
using static TorchSharp.torch;
using Script = TorchSharp.torch.jit.ScriptModule<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>;

namespace Fovea.Bench.Peers;

/// <summary>One row by one or two modules of TorchScript.</summary>
internal sealed class ScriptWork : IWork
{
    private readonly List<IDisposable> _owned = [];
    private readonly Dictionary<string, Action> _steps = [];
    private readonly Dictionary<string, Dictionary<string, double[]>> _checks = [];
    private readonly JsonObject _row;
    private readonly torch.Tensor _x;
    private readonly torch.Tensor _cotangent;
    private readonly torch.Tensor _labels;

    public ScriptWork(string folder)
    {
        _row = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "row.json")))!.AsObject();
        IReadOnlyDictionary<string, global::Fovea.Tensor> data = NpzFile.Read(Path.Combine(folder, "data.npz"));
        _x = Keep(tensor(data["x"].ToArray<float>(), Sizes(data["x"])));
        _cotangent = Keep(tensor(data["cotangent"].ToArray<float>(), Sizes(data["cotangent"])));
        _labels = Keep(tensor(data["labels"].ToArray<long>()));
        foreach ((string engine, string file) in new[] { ("libtorch", "plain.pt"), ("libtorch-fused", "fused.pt") })
        {
            string path = Path.Combine(folder, file);
            if (File.Exists(path))
            {
                Add(engine, Keep(jit.load<torch.Tensor, torch.Tensor>(path)));
            }
        }
    }

    public IReadOnlyDictionary<string, Action> Steps => _steps;

    public IReadOnlyDictionary<string, Dictionary<string, double[]>> Checks => _checks;

    public void Dispose() => _owned.ForEach(o => o.Dispose());

    private void Add(string engine, Script module)
    {
        switch ((string)_row["pass"]!)
        {
            case "forward":
                _checks[engine] = new() { ["y"] = Forward(module) };
                _steps[engine] = () => Run(module);
                break;
            case "training":
                _x.requires_grad = true;
                _checks[engine] = Gradients(module);
                _steps[engine] = () => Train(module).Dispose();
                break;
            default:
                module.train();
                optim.Optimizer optimizer = Keep(optim.SGD(module.parameters(), (double)_row["learningRate"]!, momentum: 0.9, weight_decay: 5e-4));
                _checks[engine] = new() { ["losses"] = [.. Enumerable.Range(0, (int)_row["checkedSteps"]!).Select(_ => Step(module, optimizer))] };
                _steps[engine] = () => Step(module, optimizer);
                break;
        }
    }

    private void Run(Script module)
    {
        using IDisposable inference = no_grad();
        using torch.Tensor y = module.call(_x);
    }

    private double[] Forward(Script module)
    {
        using IDisposable inference = no_grad();
        using torch.Tensor y = module.call(_x);
        return Sample(y);
    }

    private torch.Tensor Train(Script module)
    {
        _x.grad = null;
        module.zero_grad(set_to_none: true);
        torch.Tensor y = module.call(_x);
        y.backward([_cotangent]);
        return y;
    }

    private Dictionary<string, double[]> Gradients(Script module)
    {
        module.train();
        using torch.Tensor y = Train(module);
        var check = new Dictionary<string, double[]> { ["y"] = Sample(y), ["dx"] = Sample(_x.grad!) };
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in module.named_parameters())
        {
            check[$"d {name}"] = Sample(parameter.grad!);
        }

        return check;
    }

    private double Step(Script module, optim.Optimizer optimizer)
    {
        using DisposeScope scope = NewDisposeScope();
        optimizer.zero_grad();
        torch.Tensor loss = nn.functional.cross_entropy(module.call(_x), _labels);
        loss.backward();
        optimizer.step();
        return loss.item<float>();
    }

    private T Keep<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    private static double[] Sample(torch.Tensor values) => Lines.Sample(values.detach().contiguous().data<float>().ToArray());

    private static long[] Sizes(global::Fovea.Tensor tensor) => [.. tensor.Shape.Select(n => (long)n)];
}

using Fovea.Models;
using Fovea.Torch;
using TorchSharp;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Fovea.Bench.Torch;

/// <summary>One network three times with the same weights: in our engine, through the executor, and as TorchSharp's users write it.</summary>
internal sealed class Networks : IDisposable
{
    private const int Side = 224;
    private const int Classes = 1000;
    private readonly TensorScope _scope = TensorScope.Begin();
    private readonly Module _module;
    private readonly CompiledModel? _compiled;
    private readonly TorchModule _torch;
    private readonly torch.nn.Module<TorchTensor, TorchTensor> _plain;
    private readonly Tensor _x;
    private readonly Tensor _cotangent;
    private readonly TorchTensor _input;
    private readonly TorchTensor _gradient;

    public Networks(string model, int batch, bool trains)
    {
        _module = Build(model, trains);
        _x = Drawn([batch, 3, Side, Side], 2);
        _cotangent = Drawn([batch, Classes], 3);
        _torch = new TorchModule(Build(model, trains));
        _plain = model == "resnet18" ? torchvision.models.resnet18() : torchvision.models.resnet50();
        Load(_plain, _module);
        _plain.train(trains);
        (_input, _gradient) = (Moved(_x), Moved(_cotangent));
        Ours = trains ? Train : Forward;
        Executor = trains ? TrainByModule : ForwardByModule;
        Plain = trains ? TrainPlain : ForwardPlain;
        _compiled = trains ? null : _module.Compile(_x.Shape);
        Difference = Compare(trains);
    }

    /// <summary>A step of our engine.</summary>
    public Action Ours { get; }

    /// <summary>A step through the executor.</summary>
    public Action Executor { get; }

    /// <summary>A step of TorchSharp alone.</summary>
    public Action Plain { get; }

    /// <summary>The largest difference of the executor's outputs from TorchSharp's, of the largest output.</summary>
    public double Difference { get; }

    public void Dispose()
    {
        _compiled?.Dispose();
        _torch.Dispose();
        _plain.Dispose();
        _input.Dispose();
        _gradient.Dispose();
        _scope.Dispose();
    }

    private static Module Build(string model, bool trains)
    {
        Module module = ModelCatalog.Create(model, new ModelOptions { Classes = Classes, ImageSize = Side });
        Initialization.Draw(module, new Generator(1));
        return trains ? module.Train() : module.Eval();
    }

    private static Tensor Drawn(Shape shape, ulong seed)
    {
        float[] values = new float[shape.Elements];
        new Generator(seed).FillNormal<float>(values);
        return Tensor.From(values, shape);
    }

    private static TorchTensor Moved(Tensor value) => torch.tensor(value.ToArray<float>(), Array.ConvertAll(value.Shape.Lengths.ToArray(), l => (long)l));

    private static void Load(torch.nn.Module to, Module from)
    {
        using IDisposable still = torch.no_grad();
        Dictionary<string, TorchTensor> state = to.state_dict();
        foreach ((string name, Tensor value) in StateDict.Of(from))
        {
            if (state.TryGetValue(name, out TorchTensor? target) && value.DType == DType.Float32)
            {
                using TorchTensor moved = Moved(value);
                target.copy_(moved);
            }
        }
    }

    private void Forward()
    {
        using TensorScope scope = TensorScope.Begin();
        _compiled!.Run(_x);
    }

    private void ForwardByModule()
    {
        using TensorScope scope = TensorScope.Begin();
        _torch.Run(_x);
    }

    private void ForwardPlain()
    {
        using IDisposable still = torch.no_grad();
        using TorchTensor y = _plain.call(_input);
    }

    private void Train()
    {
        using TensorScope scope = TensorScope.Begin();
        _module.ClearGrads();
        _module.Call(_x).Backward(_cotangent);
    }

    private void TrainByModule()
    {
        using TensorScope scope = TensorScope.Begin();
        using TorchPass pass = _torch.Forward(_x);
        pass.Backward(_cotangent);
    }

    private void TrainPlain()
    {
        _plain.zero_grad();
        using TorchTensor y = _plain.call(_input);
        y.backward([_gradient]);
    }

    private double Compare(bool trains)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = torch.no_grad();
        using TorchTensor plain = _plain.call(_input);
        float[] expected = plain.data<float>().ToArray();
        using TorchPass? pass = trains ? _torch.Forward(_x) : null;
        float[] actual = (pass?.Output ?? _torch.Run(_x)).ToArray<float>();
        return expected.Zip(actual).Max(p => Math.Abs(p.First - p.Second)) / expected.Max(Math.Abs);
    }
}

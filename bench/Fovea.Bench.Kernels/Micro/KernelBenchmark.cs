using BenchmarkDotNet.Attributes;

namespace Fovea.Bench.Kernels.Micro;

/// <summary>A class of kernels: it says at which sizes they are run.</summary>
public abstract class KernelBenchmark
{
    private Action _run = () => { };

    /// <summary>The sizes, for BenchmarkDotNet, which finds no property twice in a line of classes.</summary>
    public IEnumerable<Case> Cases => Sizes;

    /// <summary>The sizes.</summary>
    protected abstract IEnumerable<Case> Sizes { get; }

    /// <summary>The one that is timed.</summary>
    [ParamsSource(nameof(Cases))]
    public Case Case { get; set; } = null!;

    /// <summary>Makes the operands.</summary>
    [GlobalSetup]
    public void Prepare() => _run = Case.Prepare();

    /// <summary>What is timed.</summary>
    [Benchmark]
    public void Run() => _run();
}

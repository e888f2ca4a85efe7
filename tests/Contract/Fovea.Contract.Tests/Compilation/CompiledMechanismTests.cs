using Fovea.Contract.Tests.Mechanisms;

namespace Fovea.Contract.Tests.Compilation;

/// <summary>Every mechanism, in every configuration that has a golden, gives compiled what it gives called.</summary>
public sealed class CompiledMechanismTests
{
    public static TheoryData<string> Cases => MechanismCase.All;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Equals_the_module(string name)
    {
        using MechanismCase c = MechanismCase.Open(name);
        using IDisposable still = GradMode.NoGrad();
        c.Module.Eval();
        using CompiledModel compiled = c.Module.Compile(CompileOptions.Default, [.. c.Inputs.Select(x => x.Spec)]);
        Compare.Close(MechanismCase.Call(c.Module, c.Inputs), compiled.Run(c.Inputs));

        // A second call works in the memory that the first one left.
        Compare.Close(MechanismCase.Call(c.Module, c.Inputs), compiled.Run(c.Inputs));
    }
}

using Fovea.Testing;

namespace Fovea.Contract.Tests;

/// <summary>The contracts hold on every machine: goldens and ops again with instructions switched off.</summary>
public sealed class InstructionSetTests
{
    public static TheoryData<string> Switches => [.. InstructionSets.Switches];

    [Theory]
    [MemberData(nameof(Switches))]
    public void Goldens_and_ops_hold_without(string off)
    {
        Assert.SkipWhen(InstructionSets.IsChild, "this run is one with instructions switched off");
        (int exitCode, string output) = InstructionSets.Run(
            off,
            "--filter-method", "*Equals_its_golden",
            "--filter-method", "*Forward_equals*",
            "--filter-method", "*Backward_in_float32*");
        Assert.True(exitCode == 0, $"{off}=0: exit code {exitCode}\n{output}");
    }
}

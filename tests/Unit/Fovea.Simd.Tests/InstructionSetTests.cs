using Fovea.Simd.Vectors;
using Fovea.Testing;

namespace Fovea.Simd.Tests;

/// <summary>
/// Every other test of this project again, on the narrower registers that the runtime can be told to use: each in a process of its own,
/// because the choice is made once.
/// </summary>
public class InstructionSetTests(ITestOutputHelper output)
{
    [Fact]
    public async Task All_kernels_pass_on_narrower_registers()
    {
        Assert.SkipWhen(InstructionSets.IsChild, "this is a process that this test started");

        // Side by side: single kernels' tests hardly use more than one thread each.
        await Task.WhenAll(InstructionSets.Switches.Where(s => Bits(s) < VectorInfo.Bits).Select(s => Task.Run(() => PassesWithout(s))));
    }

    /// <summary>Guards the test above against passing on registers that were not narrowed at all.</summary>
    [Fact]
    public void The_registers_are_as_asked()
    {
        Assert.SkipUnless(InstructionSets.IsChild, "only in the processes that the other test starts");
        Assert.True(VectorInfo.Bits <= Bits(InstructionSets.Off!), $"without {InstructionSets.Off}, running on {VectorInfo.Description}");
    }

    private static int Bits(string off) => off switch
    {
        "DOTNET_EnableAVX512" => 256,
        "DOTNET_EnableAVX2" => 128,
        _ => 0,
    };

    private void PassesWithout(string off)
    {
        (int exitCode, string text) = InstructionSets.Run(off, "--no-progress");
        output.WriteLine(text);
        Assert.True(exitCode == 0, $"{off}=0: exit code {exitCode}\n{text}");
    }
}

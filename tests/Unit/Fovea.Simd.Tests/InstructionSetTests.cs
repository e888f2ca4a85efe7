using System.Diagnostics;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Tests;

/// <summary>
/// Every other test of this project again, on the narrower registers that the runtime can be told to use: each in a process of its own,
/// because the choice is made once.
/// </summary>
public class InstructionSetTests(ITestOutputHelper output)
{
    private const string Mark = "FOVEA_INSTRUCTION_SET";

    [Fact]
    public async Task All_kernels_pass_on_narrower_registers()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable(Mark) is not null, "this is a process that this test started");
        (string Variable, int Bits)[] settings =
        [
            ("DOTNET_EnableAVX512", 256),
            ("DOTNET_EnableAVX2", 128),
            ("DOTNET_EnableHWIntrinsic", 0),
        ];

        // Side by side: single kernels' tests hardly use more than one thread each.
        await Task.WhenAll(settings.Where(s => s.Bits < VectorInfo.Bits).Select(s => PassesWithout(s.Variable, s.Bits)));
    }

    /// <summary>Guards the test above against passing on registers that were not narrowed at all.</summary>
    [Fact]
    public void The_registers_are_as_asked()
    {
        string? asked = Environment.GetEnvironmentVariable(Mark);
        Assert.SkipWhen(asked is null, "only in the processes that the other test starts");
        Assert.True(VectorInfo.Bits <= int.Parse(asked!), $"asked for {asked} bits, running on {VectorInfo.Description}");
    }

    private async Task PassesWithout(string variable, int bits)
    {
        var start = new ProcessStartInfo(Path.ChangeExtension(typeof(InstructionSetTests).Assembly.Location, null))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (!File.Exists(start.FileName))
        {
            start.FileName = Environment.ProcessPath!;
            start.ArgumentList.Add(typeof(InstructionSetTests).Assembly.Location);
        }

        start.ArgumentList.Add("--no-progress");
        start.Environment[Mark] = bits.ToString();
        start.Environment[variable] = "0";
        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string text = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        output.WriteLine(text);
        Assert.True(child.ExitCode == 0, $"{variable}=0: exit code {child.ExitCode}\n{text}\n{await errors}");
    }
}

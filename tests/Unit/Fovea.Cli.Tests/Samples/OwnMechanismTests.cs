using System.Text.Json.Nodes;
using Fovea.Io;
using Fovea.Testing;

namespace Fovea.Cli.Tests.Samples;

/// <summary>The sample is a program of a user's: its own mechanism, model and data go through the library and through every verb.</summary>
public sealed class OwnMechanismTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_tour_trains_compiles_predicts_and_evaluates()
    {
        string said = await Run();
        Assert.Contains("row_gate has 148 parameters", said, StringComparison.Ordinal);
        Assert.Contains("output [1, 2]", said, StringComparison.Ordinal);
        Assert.Matches("predicted: (across|down)", said);
        Assert.Contains("top-1", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_line_knows_what_the_program_registered()
    {
        JsonNode list = JsonNode.Parse(await Run("list", "--json"))!;
        Assert.Equal("row_gate", (string)list["mechanisms"]!.AsArray()[^1]!["key"]!);
        Assert.Equal("stripe-net", (string)list["models"]!.AsArray()[^1]!["key"]!);
        string trained = await Run(
            "train", "--data", "stripes", "--model", "row_gate_stripe-net", "--attention-option", "reduction=4", "--epochs", "1", "--threads", "1",
            "--output", _folder.File("runs"), "--name", "own", "--json");
        Assert.Equal("Completed", (string)JsonNode.Parse(trained)!["outcome"]!);
        string card = File.ReadAllText(_folder.File("runs/own/config.json"));
        Assert.Contains("\"row_gate\"", card, StringComparison.Ordinal);
        Assert.Contains("top-1", await Run("eval", "--weights", _folder.File("runs/own/best.safetensors"), "--data", "stripes", "--quiet"), StringComparison.Ordinal);
        Assert.Contains("reduction", await Run("show", "row_gate"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_holds_it_to_a_golden_of_its_own()
    {
        // y = x · σ(b + u · ReLU(d · mean of the row)), with one channel inside; each row has two equal positions.
        float[] x = [1, 1, -2, -2, 0.5f, 0.5f, 3, 3];
        float[] down = [0.5f, -1];
        float[] up = [2, -0.25f];
        float[] bias = [0.1f, 0.2f];
        float[] y = new float[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            (int channel, int row) = (i / 4, i / 2 % 2);
            double inner = Math.Max(0, down[0] * x[row * 2] + down[1] * x[4 + row * 2]);
            y[i] = (float)(x[i] / (1 + Math.Exp(-(bias[channel] + up[channel] * inner))));
        }

        string golden = _folder.File("row_gate.safetensors");
        using (TensorScope.Begin())
        {
            SafetensorsFile.Write(
                golden,
                new Dictionary<string, Tensor>
                {
                    ["input.0"] = Tensor.From(x, [1, 2, 2, 2]),
                    ["param.down.weight"] = Tensor.From(down, [1, 2, 1, 1]),
                    ["param.down.bias"] = Tensor.Zeros([1]),
                    ["param.up.weight"] = Tensor.From(up, [2, 1, 1, 1]),
                    ["param.up.bias"] = Tensor.From(bias, [2]),
                    ["output.0"] = Tensor.From(y, [1, 2, 2, 2]),
                },
                new Dictionary<string, string>
                {
                    ["mechanism"] = "row_gate",
                    ["config"] = """{"channels":2,"reduction":2}""",
                    ["mode"] = "eval",
                    ["source"] = "the formula",
                    ["tolerance"] = "1e-6",
                });
        }

        Assert.Contains("3 of 3 cases pass", await Run("verify", golden, "--path", "all"), StringComparison.Ordinal);
    }

    private static Task<string> Run(params string[] args)
    {
        var bin = new DirectoryInfo(AppContext.BaseDirectory);
        return Dotnet.Run([Path.Combine(Repository.Root, "samples", "OwnMechanism", "bin", bin.Parent!.Name, bin.Name, "OwnMechanism.dll"), .. args]);
    }
}

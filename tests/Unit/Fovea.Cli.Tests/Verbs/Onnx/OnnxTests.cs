using System.Text.Json.Nodes;
using Fovea.Io;
using Fovea.Onnx;
using Fovea.Onnx.Protocol;
using Fovea.Testing;
using Google.Protobuf;

namespace Fovea.Cli.Tests.Verbs;

/// <summary><c>run</c>, and ONNX files in <c>verify</c>, <c>convert</c> and <c>profile</c>.</summary>
public sealed class OnnxTests
{
    private static readonly string s_case = Repository.Golden("onnx", "net_mobile");
    private static readonly string s_model = Path.Combine(s_case, "model.onnx");

    [Fact]
    public void Run_writes_what_the_model_gives()
    {
        using var folder = new TemporaryFolder();
        using TensorScope scope = TensorScope.Begin();
        Tensor x = OnnxTensorFile.Read(Path.Combine(s_case, "test_data_set_0", "input_0.pb"));
        Tensor expected = OnnxTensorFile.Read(Path.Combine(s_case, "test_data_set_0", "output_0.pb"));
        NpyFile.Write(folder.File("x.npy"), x);
        Assert.StartsWith("output [2, 5] Float32", Cli.Ok("run", s_model, "--input", $"input={folder.File("x.npy")}", "--output", folder.File("out")), StringComparison.Ordinal);
        Assert.All(expected.ToArray<float>().Zip(NpyFile.Read(folder.File("out/output.npy")).ToArray<float>()), p => Assert.Equal(p.First, p.Second, 1e-5f));
        JsonNode json = JsonNode.Parse(Cli.Ok("run", s_model, "--input", folder.File("x.npy"), "--json"))!;
        Assert.Equal([2, 5], json["outputs"]![0]!["shape"]!.AsArray().Select(n => (int)n!));
        Assert.Contains("there is no --input for input", Cli.Fails(ExitCode.WrongUse, "run", s_model), StringComparison.Ordinal);
        Assert.Contains("the model has input", Cli.Fails(ExitCode.WrongUse, "run", s_model, "--input", "y=x.npy"), StringComparison.Ordinal);
        File.WriteAllText(folder.File("bad.onnx"), "no model");
        Assert.Contains("bad.onnx", Cli.Fails(ExitCode.BadData, "run", folder.File("bad.onnx"), "--input", folder.File("x.npy")), StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_says_pass_and_unsupported()
    {
        // The same case with an operator that nobody has.
        using var folder = new TemporaryFolder();
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(s_model));
        model.Graph.Node[0].OpType = "Twist";
        string unknown = Path.Combine(folder.File("net_twisted"), "model.onnx");
        Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(unknown)!, "test_data_set_0"));
        File.WriteAllBytes(unknown, model.ToByteArray());
        foreach (string file in Directory.GetFiles(Path.Combine(s_case, "test_data_set_0")))
        {
            File.Copy(file, Path.Combine(Path.GetDirectoryName(unknown)!, "test_data_set_0", Path.GetFileName(file)));
        }

        Answer answer = Cli.Run("verify", s_case, Path.GetDirectoryName(unknown)!);
        Assert.Equal(ExitCode.Done, answer.Code);
        Assert.Contains("PASS onnx net_mobile worst", answer.Output, StringComparison.Ordinal);
        Assert.Contains("UNSUPPORTED onnx net_twisted: Twist 13", answer.Output, StringComparison.Ordinal);
        Assert.Contains("1 of 2 cases pass, 1 unsupported", answer.Output, StringComparison.Ordinal);
        JsonNode json = JsonNode.Parse(Cli.Ok("verify", s_case, "--json"))!;
        Assert.Equal((1, 0, 0), ((int)json["cases"]!, (int)json["failed"]!, (int)json["unsupported"]!));
        Assert.Null(json["results"]![0]!["unsupported"]);
    }

    [Fact]
    public void Weights_are_converted_and_a_profile_names_the_nodes()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("from Onnx", Cli.Ok("convert", s_model, folder.File("w.safetensors")), StringComparison.Ordinal);
        Assert.Contains("stem.0.weight", SafetensorsFile.Read(folder.File("w.safetensors")).Tensors.Keys);
        Assert.Contains("fovea export", Cli.Fails(ExitCode.WrongUse, "convert", folder.File("w.safetensors"), folder.File("w.onnx")), StringComparison.Ordinal);
        JsonNode json = JsonNode.Parse(Cli.Ok("profile", s_model, "--runs", "1", "--json"))!;
        Assert.Contains(json["layers"]!.AsArray(), l => ((string)l!["path"]!).Contains("/stem/stem.0/Conv", StringComparison.Ordinal));
    }
}

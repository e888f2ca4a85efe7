using System.Diagnostics;
using System.Globalization;
using Fovea.Attention;
using Fovea.Models;
using Fovea.Testing;
using Fovea.Torch;

namespace Fovea.Bench.Torch;

/// <summary>
/// CBAM-ResNet-50 and ViT-B/16 on a device, in inference and in training (forward, loss, backward; weights over and gradients back as the trainer does it), in each precision, beside PyTorch
/// eager on the same device in the same run.
/// </summary>
internal sealed class Devices(string device, int batch, double seconds)
{
    private const int Side = 224;
    private const int Classes = 1000;
    private const int WarmUps = 3;

    private static readonly (string Model, string? Attention)[] s_networks = [("resnet50", "cbam"), ("vit_base_patch16", null)];
    private static readonly (TorchPrecision Value, string Word)[] s_precisions =
        [(TorchPrecision.Float32, "float32"), (TorchPrecision.TensorFloat32, "tf32"), (TorchPrecision.BFloat16, "bfloat16")];

    private bool IsGpu => device != "cpu";

    /// <summary>Measures and prints.</summary>
    public void Run()
    {
        Dictionary<string, (double Speed, double Megabytes)> peer = Peer();
        Console.WriteLine($"{device}, batches of {batch}, {seconds} s a row; images/s and, of a GPU, megabytes in use (PyTorch's are those it allocated, Fovea's what the driver counts)");
        Console.WriteLine($"{"network",-18} {"precision",-9} {"pass",-9} {"Fovea",9} {"PyTorch",9} {"Fovea / PyTorch",16} {"Fovea MB",9} {"PyTorch MB",11}");
        foreach ((string model, string? attention) in s_networks)
        {
            foreach ((TorchPrecision precision, string word) in s_precisions.Where(p => IsGpu || p.Value != TorchPrecision.TensorFloat32))
            {
                foreach (bool trains in new[] { false, true })
                {
                    (double speed, double megabytes) = Measure(model, attention, precision, trains);
                    string pass = trains ? "training" : "forward";
                    (double theirs, double their) = peer.GetValueOrDefault($"{model} {word} {pass}", (double.NaN, double.NaN));
                    Console.WriteLine($"{model,-18} {word,-9} {pass,-9} {speed,9:0.0} {theirs,9:0.0} {speed / theirs,16:0.00} {megabytes,9:0} {their,11:0}");
                }
            }
        }
    }

    private (double Speed, double Megabytes) Measure(string model, string? attention, TorchPrecision precision, bool trains)
    {
        using TensorScope scope = TensorScope.Begin();
        Module module = ModelCatalog.Create(
            model, new ModelOptions { Classes = Classes, ImageSize = Side, Attention = attention is null ? null : new AttentionPlacement { Key = attention } });
        Initialization.Draw(module, new Generator(1));
        module.Train(trains);
        var engine = new TorchEngine(new TorchOptions { Device = device, Precision = precision });
        using ITrainingModule? training = trains ? engine.LoadForTraining(module) : null;
        using IRunningModule? inference = trains ? null : engine.Load(module);
        Tensor x = Tensor.Zeros([batch, 3, Side, Side]), labels = Tensor.Zeros([batch], DType.Int64);
        new Generator(2).FillNormal<float>(x.AsSpan<float>());
        for (int i = 0; i < WarmUps; i++)
        {
            Step();
        }

        int count = 0;
        var watch = Stopwatch.StartNew();
        while (count == 0 || watch.Elapsed.TotalSeconds < seconds)
        {
            Step();
            count++;
        }

        return (count * batch / watch.Elapsed.TotalSeconds, Megabytes());

        void Step()
        {
            using TensorScope step = TensorScope.Begin();
            if (training is null)
            {
                inference!.Run(x);
                return;
            }

            module.ClearGrads();
            training.ReadState();
            using ITrainingPass pass = training.Forward(x);
            pass.Backward(pass.Outputs.Main.CrossEntropy(labels));
        }
    }

    // What the driver counts for this process.
    private double Megabytes()
    {
        if (!IsGpu)
        {
            return double.NaN;
        }

        using var query = Process.Start(new ProcessStartInfo("nvidia-smi", "--query-compute-apps=pid,used_memory --format=csv,noheader,nounits") { RedirectStandardOutput = true })!;
        return query.StandardOutput.ReadToEnd().Split('\n').Select(line => line.Split(',', StringSplitOptions.TrimEntries))
            .Where(f => f.Length == 2 && f[0] == Environment.ProcessId.ToString(CultureInfo.InvariantCulture)).Sum(f => double.Parse(f[1], CultureInfo.InvariantCulture)) * (1 << 20) / 1e6;
    }

    private Dictionary<string, (double, double)> Peer()
    {
        string script = Path.Combine(Repository.Root, "bench", "Fovea.Bench.Torch", "peers", "devices.py");
        string python = File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
        var start = new ProcessStartInfo(python, [script, device, $"{batch}", string.Create(CultureInfo.InvariantCulture, $"{seconds}")]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        string[][] rows = [.. process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))];
        process.WaitForExit();
        return rows.ToDictionary(f => string.Join(' ', f[..3]), f => (Number(f[3]), Number(f[4])));

        static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
    }
}

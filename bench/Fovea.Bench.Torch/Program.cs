using System.Globalization;
using Fovea.Bench.Torch;
using Fovea.Testing;
using Fovea.Torch;

// What the executor of graphs costs on top of libtorch, and how libtorch compares with our engine: torchvision's networks of the package TorchVision, as its users
// write them, beside ours with the same weights through TorchModule and through our own engine, in turns in one process.
//   dotnet run -c Release --project bench/Fovea.Bench.Torch -- [ROUNDS] [SECONDS] [NETWORK]
// Or an epoch of training on both engines from the same start, and runs that change over in the middle:
//   dotnet run -c Release --project bench/Fovea.Bench.Torch -- train DATA [MODEL] [MECHANISM]
// Or their first hundred steps alone, beside what a rounding grows to in them:
//   dotnet run -c Release --project bench/Fovea.Bench.Torch -- growth DATA [MODEL] [MECHANISM]
// Or CBAM-ResNet-50 and ViT-B/16 on a device (cpu, cuda, cuda:1) in each precision, beside PyTorch eager:
//   dotnet run -c Release --project bench/Fovea.Bench.Torch -- device DEVICE [BATCH] [SECONDS]
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
LibTorch.Find();
if (TorchLibrary.Problem is { } problem)
{
    Console.Error.WriteLine($"{LibTorch.Missing}: {problem}");
    return 2;
}

if (args is ["train" or "growth", var data, .. var names])
{
    new Together(data, names.Length > 0 ? names[0] : "resnet20-cifar", names.Length > 1 ? names[1] : "se").Run(isShort: args[0] == "growth");
    return 0;
}

if (args is ["device", var device, .. var numbers])
{
    new Devices(
        device, numbers.Length > 0 ? int.Parse(numbers[0], CultureInfo.InvariantCulture) : 64,
        numbers.Length > 1 ? double.Parse(numbers[1], CultureInfo.InvariantCulture) : 10).Run();
    return 0;
}

int rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5;
double seconds = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 2;
string only = args.Length > 2 ? args[2] : string.Empty;
Console.WriteLine($"libtorch {TorchLibrary.Version}, {Fovea.Simd.Drivers.ParallelPool.Threads} threads; milliseconds, median of {rounds} rounds of {seconds} s in turns");
Console.WriteLine($"{"network",-12} {"batch",5} {"pass",-9} {"Fovea",9} {"TorchModule",12} {"TorchSharp",11} {"executor",9} {"TorchSharp / Fovea",19} {"difference",11}");

// Training of ResNet-50 is left out: oneDNN 3.7.1 divides by zero where it plans the gradient of its strided 1 × 1 convolutions on some machines, and
// TorchSharp's own network ends the process (the executor leaves out beforehand what such kernels step over).
foreach ((string model, int batch, bool trains) in ((string, int, bool)[])
    [("resnet18", 1, false), ("resnet18", 8, false), ("resnet50", 1, false), ("resnet50", 8, false), ("resnet18", 8, true)])
{
    if (!model.StartsWith(only, StringComparison.Ordinal))
    {
        continue;
    }

    using var work = new Networks(model, batch, trains);
    (double ours, double module, double plain) = Turns.Run(rounds, seconds, work.Ours, work.Executor, work.Plain);
    Console.WriteLine(
        $"{model,-12} {batch,5} {(trains ? "training" : "forward"),-9} {ours,9:0.00} {module,12:0.00} {plain,11:0.00} {(module / plain) - 1,9:+0.0%;-0.0%} {plain / ours,19:0.00} {work.Difference,11:0.0e+0}");
}

return 0;

using System.Globalization;
using TorchSharp;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Fovea.Torch;

/// <summary>Where libtorch keeps its tensors, and the way of values there and back. Values for a GPU go through pinned memory, which it reads while the processor goes on.</summary>
internal sealed class TorchDevice
{
    /// <summary>The name of the processor.</summary>
    public const string Processor = "cpu";

    private const string Gpu = "cuda";
    private readonly torch.Device? _gpu;
    private readonly bool _isChannelsLast;

    private TorchDevice(torch.Device? gpu, bool isChannelsLast) => (_gpu, _isChannelsLast) = (gpu, isChannelsLast);

    /// <summary>The processor.</summary>
    public static TorchDevice Cpu { get; } = new(null, isChannelsLast: false);

    /// <summary>The device that options name, and how maps lie there.</summary>
    /// <exception cref="TorchException">There is no such device, or libtorch is not there.</exception>
    public static TorchDevice Find(TorchOptions options)
    {
        int? number = Number(options.Device);
        if (number is not { } asked)
        {
            TorchLibrary.Load();
            return options.ChannelsLast ? new TorchDevice(null, isChannelsLast: true) : Cpu;
        }

        TorchLibrary.LoadCuda();
        int count = torch.cuda.device_count();
        return asked < count ? new TorchDevice(new torch.Device(DeviceType.CUDA, asked), options.ChannelsLast)
            : throw new TorchException($"expected a GPU of this machine, of which libtorch sees {count}, got {options.Device}; give {(count == 0 ? Processor : $"{Gpu}:{count - 1}")}.");
    }

    /// <summary>The number of the GPU that a name says; null for the processor.</summary>
    /// <exception cref="OptionException">It is no name of a device.</exception>
    public static int? Number(string name) => name switch
    {
        Processor => null,
        Gpu => 0,
        _ when name.StartsWith($"{Gpu}:", StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(Gpu.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number) => number,
        _ => throw new OptionException("device", $"expected {Processor}, {Gpu} or {Gpu}:N, got \"{name}\"."),
    };

    /// <summary>A tensor of libtorch's with the values of one of ours.</summary>
    public TorchTensor Write(Tensor from)
    {
        TorchTensor host = TorchValues.Write(from);
        if (_gpu is null)
        {
            return Laid(host);
        }

        using (host)
        {
            using TorchTensor pinned = host.pin_memory();
            return Laid(pinned.to(_gpu, non_blocking: true).DetachFromDisposeScope());
        }
    }

    /// <summary>Gives a tensor that <see cref="Write"/> made the values of one of ours, of its shape and element type, in place.</summary>
    public void Overwrite(TorchTensor to, Tensor from)
    {
        if (_gpu is null && to.is_contiguous())
        {
            TorchValues.Overwrite(to, from);
            return;
        }

        using IDisposable still = torch.no_grad();
        using TorchTensor host = TorchValues.Write(from);
        using TorchTensor pinned = _gpu is null ? host.alias() : host.pin_memory();
        to.copy_(pinned, nonBlocking: _gpu is not null);
    }

    // libtorch sees how maps lie by their strides: rows of [N, H, W, C] under the axes of [N, C, H, W] are what it calls channels_last.
    private TorchTensor Laid(TorchTensor value)
    {
        if (!_isChannelsLast || value.dim() != 4)
        {
            return value;
        }

        using (value)
        {
            using TorchTensor rows = value.permute(0, 2, 3, 1), innermost = rows.contiguous();
            return innermost.permute(0, 3, 1, 2).DetachFromDisposeScope();
        }
    }
}

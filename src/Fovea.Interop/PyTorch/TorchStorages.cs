namespace Fovea.Io.PyTorch;

/// <summary>Where the values of a file's storages lie.</summary>
internal abstract class TorchStorages
{
    /// <summary>Whether the machine that wrote the file put the most significant byte first.</summary>
    public virtual bool IsBigEndian => false;

    /// <summary>Opens the values of a storage; the stream gives exactly <see cref="TorchStorage.Bytes"/>.</summary>
    /// <exception cref="PickleException">The storage is not in the file, or of another size.</exception>
    public abstract Stream Open(TorchStorage storage);
}

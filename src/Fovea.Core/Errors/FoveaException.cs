namespace Fovea;

/// <summary>The base of every error that Fovea raises on purpose. The message says what was expected, what came, and what to do.</summary>
public class FoveaException : Exception
{
    /// <summary>Creates the error.</summary>
    public FoveaException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>A tensor has a shape that the operation cannot take.</summary>
public sealed class ShapeException : FoveaException
{
    /// <summary>Creates the error with the message <c>operation: expected …, got …; remedy</c>.</summary>
    /// <param name="operation">The op or mechanism, as users name it.</param>
    /// <param name="expected">What it takes, in words or as a pattern such as <c>[N, 64, H, W]</c>.</param>
    /// <param name="got">What came.</param>
    /// <param name="remedy">What to do about it; null when the two before say it all.</param>
    public ShapeException(string operation, string expected, string got, string? remedy = null)
        : base($"{operation}: expected {expected}, got {got}{(remedy is null ? "." : $"; {remedy.TrimEnd('.')}.")}") =>
        Operation = operation;

    /// <summary>The op or mechanism that refused.</summary>
    public string Operation { get; }
}

/// <summary>A tensor has an element type that the operation cannot take.</summary>
public sealed class DTypeException : FoveaException
{
    /// <summary>Creates the error with the message <c>operation: expected …, got …</c>.</summary>
    public DTypeException(string operation, string expected, string got)
        : base($"{operation}: expected {expected}, got {got}; convert with To(DType) first.") => Operation = operation;

    /// <summary>The op that refused.</summary>
    public string Operation { get; }
}

/// <summary>An option is missing, misspelt, out of its range or does not go with another.</summary>
public sealed class OptionException : FoveaException
{
    /// <summary>Creates the error with the message <c>subject: message</c>.</summary>
    /// <param name="subject">The mechanism, layer or model that was being built.</param>
    /// <param name="message">The option, its value, what is allowed, the remedy.</param>
    public OptionException(string subject, string message)
        : base($"{subject}: {message}") => Subject = subject;

    /// <summary>The mechanism, layer or model that was being built.</summary>
    public string Subject { get; }
}

/// <summary>A model cannot be compiled: it draws random numbers, is in training mode, or computes with the values of a tensor outside of ops.</summary>
public sealed class CompileException : FoveaException
{
    /// <summary>Creates the error.</summary>
    public CompileException(string message)
        : base(message)
    {
    }

    internal static CompileException ReadsValues(string? path) => new(
        $"Compile: expected a model that touches values through ops alone, got one that reads them itself{At(path)}; "
        + "what it reads would be the same for every input. Write it with ops, or call the model without compiling it.");

    internal static string At(string? path) => string.IsNullOrEmpty(path) ? string.Empty : $" in {path}";
}

/// <summary>A file (weights, checkpoint, data) breaks the rules of its format, or does not fit what it is loaded into.</summary>
public class DataFormatException : FoveaException
{
    /// <summary>Creates the error.</summary>
    public DataFormatException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

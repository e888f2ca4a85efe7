namespace Fovea.Models;

/// <summary>An object that a network found.</summary>
/// <param name="Box">Where it is.</param>
/// <param name="Class">What it is, counted from 0.</param>
/// <param name="Score">How sure the network is, 0 to 1.</param>
public readonly record struct Detection(Box Box, int Class, float Score);

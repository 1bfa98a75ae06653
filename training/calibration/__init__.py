"""Labelled questions -> the calibrator that turns evidence into confidence, and how far its confidences hold."""
